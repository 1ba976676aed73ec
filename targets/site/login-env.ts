/**
 * What a login shell at Fermilab has and programs of the grid, and of credentials, want
 * (/etc/profile.d/jobsub_lite.sh, jobsub_lite lib/, htgettoken, HTCondor, Kerberos).
 */

/** Names and patterns of variables that are passed on and never part of a fingerprint. */
export const LOGIN_ENV: readonly string[] = [
  'JOBSUB_*',
  'OTEL_*',
  'HTGETTOKENOPTS',
  'SEC_CREDENTIAL_*',
  'CONDOR_CONFIG',
  '_condor_*',
  '_CONDOR_*',
  'KRB5*',
  'BEARER_TOKEN*',
  'X509_*',
  'XDG_*',
  'GROUP',
  'EXPERIMENT',
  'IFDH_*',
  'SAM_*',
  'PRODUCTS',
  'SPACK_ROOT',
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_*',
];

/** What sets them where nobody has logged in (cron). */
export const JOBSUB_PROFILE = '/etc/profile.d/jobsub_lite.sh';
