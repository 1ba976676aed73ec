/** The marker beside a DAG: a file that tells everybody who works there that it was submitted. */

/** What the marker beside a DAG says. */
export interface Marker {
  readonly schema: 'desgw/submitted';
  readonly version: 1;
  readonly exposure: string;
  readonly season: string;
  /** `<cluster>.<proc>@<schedd>`; null when the work was found done and its job is not known. */
  readonly job: string | null;
  /** Random name of the submission, on every job as DesgwSubmission; null when it is not known. */
  readonly token: string | null;
  /** ISO 8601. */
  readonly submitted: string;
  /** Fingerprint of the DAG that was submitted. */
  readonly dag: string;
  /** It was submitted once more: what an earlier submission left says nothing of this one. */
  readonly again?: true;
  /** CCDs of its templates that were done then. */
  readonly templatesDone?: number;
}

/** Reads a marker; undefined for what desgw did not write. */
export function readMarker(text: string | undefined): Marker | undefined {
  try {
    const marker: Marker = JSON.parse(text ?? '');
    if (marker.schema !== 'desgw/submitted') return undefined;
    return isJobId(marker.job) ? marker : { ...marker, job: null };
  } catch {
    return undefined; // people's own notes under that name prove nothing
  }
}

/** Others may write the marker, and its job goes into command lines: an option, say, is no job. */
const isJobId = (job: unknown): boolean => typeof job === 'string' && /^\w[\w.@:-]*$/.test(job);
