/** The options of jobsub_submit, parsed as argparse does: how many values each takes. */

const ARITY = {
  '-h': 0,
  '--help': 0,
  '--version': 0,
  '--debug': 0,
  '--verbose': 1,
  '-G': 1,
  '--group': 1,
  '--role': 1,
  '--subgroup': 1,
  '--devserver': 0,
  '--global-pool': 1,
  '--managed-token': 0,
  '--auth-methods': 1,
  '--need-scope': 1,
  '--need-storage-modify': 1,
  '--job-info': 1,
  '--dag': 0,
  '--maxConcurrent': 1,
  '-n': 0,
  '--no-submit': 0,
  '--no_submit': 0,
  '-N': 1,
  '-l': 1,
  '--lines': 1,
  '-e': 1,
  '--environment': 1,
  '-f': 1,
  '-d': 2,
  '-i': 1,
  '-t': 1,
  '-r': 1,
  '-c': 1,
  '--append_condor_requirements': 1,
  '--append-condor-requirements': 1,
  '--overwrite_condor_requirements': 1,
  '--overwrite-condor-requirements': 1,
  '--memory': 1,
  '--disk': 1,
  '--cpu': 1,
  '--gpu': 1,
  '--expected-lifetime': 1,
  '--timeout': 1,
  '--email-to': 1,
  '--mail_on_error': 0,
  '--mail_never': 0,
  '--mail_always': 0,
  '-Q': 0,
  '-M': 0,
  '--generate-email-summary': 0,
  '-L': 1,
  '--log_file': 1,
  '--no-env-cleanup': 0,
  '--singularity-image': 1,
  '--apptainer-image': 1,
  '--no-singularity': 0,
  '--OS': 1,
  '--cmtconfig': 1,
  '--resource-provides': 1,
  '--onsite': 0,
  '--onsite-only': 0,
  '--offsite': 0,
  '--offsite-only': 0,
  '--site': 1,
  '--blocklist': 1,
  '--skip-check': 1,
  '--tar_file_name': 1,
  '--tar-file-name': 1,
  '--tarball-exclusion-file': 1,
  '--use-cvmfs-dropbox': 0,
  '--use-pnfs-dropbox': 0,
  '--dataset': 1,
  '--dataset-definition': 1,
  '--project_name': 1,
  '--project-name': 1,
  '--jobsub_server': 1,
};
const CANONICAL = {
  '-G': '--group',
  '-l': '--lines',
  '-e': '--environment',
  '--no-submit': '-n',
  '--no_submit': '-n',
};
const WHOLE_NUMBERS = new Set(['-N', '--maxConcurrent', '--verbose', '--cpu']);

/** A mistake on a command line or in a job line; argparse's exit status is 2. */
export class UsageError extends Error {}

/**
 * Options (canonical name -> values) and what follows them: the executable and its arguments.
 * @throws {UsageError} as argparse would complain
 */
export function parseOptions(argv) {
  const options = new Map();
  let at = 0;
  while (at < argv.length && /^-./.test(argv[at])) {
    const { name, inline } = split(argv[at++]);
    const values = inline === undefined ? [] : [inline];
    while (values.length < ARITY[name]) {
      const value = argv[at];
      if (value === undefined || /^-[^\d]/.test(value)) {
        throw new UsageError(
          `argument ${name}: expected ${ARITY[name] === 1 ? 'one argument' : '2 arguments'}`,
        );
      }
      values.push(value);
      at++;
    }
    if (WHOLE_NUMBERS.has(name) && !/^\d+$/.test(values[0])) {
      throw new UsageError(`argument ${name}: invalid int value: '${values[0]}'`);
    }
    const key = CANONICAL[name] ?? name;
    options.set(key, [...(options.get(key) ?? []), ...values]);
  }
  return { options, rest: argv.slice(at) };
}

/** An option word: its full name and the value that came with it. */
function split(word) {
  if (!word.startsWith('--')) {
    const name = word.slice(0, 2);
    if (!(name in ARITY)) throw new UsageError(`unrecognized arguments: ${word}`);
    return { name, inline: word.length > 2 ? word.slice(2) : undefined };
  }
  const equals = word.indexOf('=');
  const typed = equals < 0 ? word : word.slice(0, equals);
  const matches =
    typed in ARITY ? [typed] : Object.keys(ARITY).filter((known) => known.startsWith(typed));
  if (matches.length === 0) throw new UsageError(`unrecognized arguments: ${word}`);
  if (matches.length > 1) {
    throw new UsageError(`ambiguous option: ${typed} could match ${matches.join(', ')}`);
  }
  return { name: matches[0], inline: equals < 0 ? undefined : word.slice(equals + 1) };
}

/** ClassAd attributes of `--lines` values: `+Name="text"` or `+Name=value`. */
export function attributesOf(lines) {
  const attributes = {};
  for (const line of lines) {
    const match = /^\+?(\w+)\s*=\s*(.*)$/s.exec(line);
    if (match === null)
      throw new UsageError(`argument -l/--lines: SyntaxError in --lines '${line}'`);
    const [, name, raw] = match;
    attributes[name] = parsedValue(raw, line);
  }
  return attributes;
}

function parsedValue(raw, line) {
  if (/^".*"$/s.test(raw)) return raw.slice(1, -1).replace(/\\(.)/g, '$1');
  if (/^-?\d+(\.\d+)?$/.test(raw)) return Number(raw);
  if (/^(true|false)$/i.test(raw)) return raw.toLowerCase() === 'true';
  throw new UsageError(`argument -l/--lines: SyntaxError in --lines '${line}'`);
}
