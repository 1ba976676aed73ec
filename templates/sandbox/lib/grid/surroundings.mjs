/**
 * What every program of jobsub_lite takes from the login shell (etc/profile.d/jobsub_lite.sh), and
 * what becomes of it where that is lacking; and the roles for which the account gets a token.
 */
import { mayHaveToken } from '../credentials.mjs';
import { dialsFor } from '../dials.mjs';
import { stop } from '../site.mjs';

/** The role for which a token is fetched when none is named. */
const DEFAULT_ROLE = 'Analysis';

/** What a program of jobsub_lite does before it looks at anything: tracing, then credentials. */
export function surroundings(role = DEFAULT_ROLE) {
  if (!process.env.OTEL_EXPORTER_JAEGER_ENDPOINT) {
    process.stdout.write('Note: tracing not available here.\n\nContinuing without tracing...\n');
    process.stderr.write(NO_TRACING);
  }
  // Without it proxies are tried as well, for which there is no program here.
  if (!process.env.JOBSUB_AUTH_METHODS)
    fail("FileNotFoundError: [Errno 2] No such file or directory: 'voms-proxy-info'");
  const asked = role.toLowerCase();
  if (!dialsFor().account.roles.split(',').includes(asked))
    fail(`PermissionError: Failed attempting 'htgettoken -i des -r ${asked}'`);
  if (!mayHaveToken()) fail(NO_TOKEN);
}

/** What is said where there is no ticket to get a token by. */
export const NO_TOKEN =
  "PermissionError: Failed attempting 'htgettoken -i des -r desgw'\nkerberos.GSSError: No Kerberos credentials available";

const NO_TRACING = `ERROR:root:importing tracing
Traceback (most recent call last):
  File "/opt/jobsub_lite/lib/tracing.py", line 64, in <module>
    url=os.environ["OTEL_EXPORTER_JAEGER_ENDPOINT"],
KeyError: 'OTEL_EXPORTER_JAEGER_ENDPOINT'
`;

/** Ends as jobsub_lite does for an exception. klist is noisy, whatever the failure is about. */
export function fail(text) {
  const uid = process.getuid();
  return stop(
    `klist: No credentials cache found (filename: /tmp/krb5cc_${uid})\n\n\nError: ${text}\n`,
    1,
  );
}
