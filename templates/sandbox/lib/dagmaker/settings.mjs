/** What dagmaker.rc set, as bash left it in the environment. */

const NAMES = [
  'RNUM',
  'PNUM',
  'SEASON',
  'DIFFIMG_EUPS_VERSION',
  'WRITEDB',
  'RM_MYTEMP',
  'IGNORECALIB',
  'JOBSUB_OPTS',
  'JOBSUB_TEMP_OPTS',
  'RESOURCES',
  'DESTCACHE',
  'SCHEMA',
  'SEARCH_OPTS',
  'TEMP_OPTS',
  'TWINDOW',
  'TWINDOW_DISTINCT',
  'TWINDOW_BEFORE',
  'TWINDOW_AFTER',
  'MIN_NITE',
  'MAX_NITE',
  'SKIP_INCOMPLETE_SE',
  'DO_HEADER_CHECK',
  'STASHVER',
];

/** The parameters of this run; `name` is the script's, which decides how the grid is addressed. */
export function settingsFrom(env) {
  const settings = Object.fromEntries(NAMES.map((name) => [name, env[name] ?? '']));
  // u and VR have no case in the script's band switch, whatever TEFF_CUT_u says.
  const cuts = Object.fromEntries(
    ['g', 'r', 'i', 'Y', 'z'].map((b) => [b, env[`TEFF_CUT_${b}`] ?? '0.0']),
  );
  return {
    ...settings,
    rp: `r${settings.RNUM}p${settings.PNUM}`,
    procnum: `dp${settings.SEASON}`,
    teffCut: (band) => cuts[band] ?? '0.0',
    proxyUser: env.DAGMAKER_NAME === 'DAGMaker_proxyuser',
  };
}

/** The block of parameters that DAGMaker prints first. */
export function settingsBlock(s) {
  return [
    s.STASHVER,
    '----------------',
    `SEASON = ${s.SEASON} => DIFFIMG proc. version is ${s.procnum}`,
    `RNUM = ${s.RNUM} , PNUM = ${s.PNUM}  => SE proc. version is ${s.rp}`,
    `WRITEDB = ${s.WRITEDB}`,
    `RM_MYTEMP = ${s.RM_MYTEMP}`,
    `IGNORECALIB = ${s.IGNORECALIB}`,
    `JOBSUB_OPTS = ${s.JOBSUB_OPTS}`,
    ...(s.proxyUser ? [`RESOURCES = ${s.RESOURCES}`] : []),
    `DIFFIMG_EUPS_VERSION = ${s.DIFFIMG_EUPS_VERSION}`,
    `DESTCACHE = ${s.DESTCACHE}`,
    `SCHEMA = ${s.SCHEMA}`,
    `TWINDOW = ${s.TWINDOW}`,
    `MIN_NITE = ${s.MIN_NITE}`,
    `MAX_NITE = ${s.MAX_NITE}`,
    '----------------',
  ];
}
