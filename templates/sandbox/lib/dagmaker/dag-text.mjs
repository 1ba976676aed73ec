/** The lines of a .dag file. */
import { SEARCH_CCDS } from '../sky.mjs';

const IMAGE = '/cvmfs/singularity.opensciencegrid.org/fermilab/fnal-wn-sl7:latest';
const REQUIREMENTS =
  '(TARGET.HAS_CVMFS_des_opensciencegrid_org==true)&&(TARGET.GLIDEIN_Site=!=\\"Unknown\\")';

export const DUMMY_LINE = (s) =>
  `jobsub -n --group=des ${s.proxyUser ? `${resources(s)} ` : ''}--memory=500MB --disk=100MB --expected-lifetime=600s file://dummyjob.sh`;

/** The job that processes a template: 60 processes, one for each CCD. */
export function templateLine(s, row, redoCalibration) {
  const options = s.proxyUser ? s.JOBSUB_OPTS : s.JOBSUB_TEMP_OPTS;
  return (
    `jobsub -n --group=des ${container(s)} ${options} -N 60 ${requirements('')} ` +
    `${seDiff(s, row, redoCalibration)} -c 0 -t ${s.TEMP_OPTS} -S ${s.procnum}`
  );
}

/** The 59 jobs of the search image. */
export function searchLines(s, row, redoCalibration) {
  const stash =
    s.STASHVER === '' ? '' : `&&(TARGET.CVMFS_des_osgstorage_org_REVISION>=${s.STASHVER})`;
  const lists = (ccd) =>
    ['SNSTAR', 'SNVETO'].map((name) => `${name}_${row.expnum}_${ccd}_${s.rp}.LIST`);
  return SEARCH_CCDS.map((ccd) => {
    const [star, veto] = lists(ccd);
    return (
      `jobsub -n --group=des ${container(s)} ${s.JOBSUB_OPTS} ${requirements(stash)} ` +
      `${seDiff(s, row, redoCalibration)} ${s.SEARCH_OPTS} -c ${ccd} -S ${s.procnum} -T ${star} -V ${veto}`
    );
  });
}

/** The job that sums up when all CCDs are done. */
export function monitorLine(s, row, field) {
  return (
    `jobsub -n --group=des ${container(s)} ${s.JOBSUB_OPTS} --expected-lifetime=7200s  ${requirements('')} ` +
    `file://RUNMON.sh -r ${s.rp} -p ${s.procnum} -E ${row.expnum} -n ${row.nite} -f ${field} -d ${s.DESTCACHE} -m ${s.SCHEMA}`
  );
}

/** The command that submits the DAG. */
export function submitCommand(s, exposure) {
  const dag = `file://desgw_pipeline_${exposure}.dag`;
  if (s.proxyUser) return `jobsub_submit_dag -G des --role=DESGW ${dag}`;
  return (
    'jobsub_submit_dag -G des --role=desgw --need-storage-modify /des/persistent/gw/exp ' +
    `--need-storage-modify /des/persistent/gw/forcephoto ${dag}`
  );
}

function seDiff(s, row, redoCalibration) {
  return (
    `file://SEdiff.sh -r ${s.RNUM} -p ${s.PNUM} -E ${row.expnum} -v ${s.DIFFIMG_EUPS_VERSION} ` +
    `-b ${row.band} -n ${row.nite} ${redoCalibration ? '-j' : ''} -d ${s.DESTCACHE} -m ${s.SCHEMA}`
  );
}

function container(s) {
  if (!s.proxyUser) return `--singularity-image ${IMAGE}`;
  return `--lines='+SingularityImage=\\"${IMAGE}\\"' ${resources(s)}`;
}

function resources(s) {
  return `--resource-provides=usage_model=${s.RESOURCES}`;
}

function requirements(more) {
  return `--append_condor_requirements='(${REQUIREMENTS}${more})'`;
}
