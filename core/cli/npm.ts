/**
 * What `npm run desgw` keeps for itself: npm takes options up to `--` for its own, known to it or
 * not, and only its environment tells of them. A `-n` that got lost would build in earnest.
 */
import { UserError } from '../api/errors.ts';
import { shellQuote } from '../words/quote.ts';
import type { Option } from './options.ts';

type Env = { readonly [name: string]: string | undefined };

/** What npm makes of short forms, and of the long ones that it knows. */
const MEANINGS: { readonly [option: string]: readonly [variable: string, value: string] } = {
  '--dry-run': ['yes', ''],
  '--follow': ['force', 'true'],
  '--quiet': ['loglevel', 'warn'],
  '--verbose': ['loglevel', 'verbose'],
  '--yes': ['yes', 'true'],
};

/** @throws UserError with the right spelling when npm has kept an option of the command */
export function refuseSwallowed(
  options: readonly Option[],
  { words, env }: { readonly words: readonly string[]; readonly env: Env },
): void {
  if (env.npm_lifecycle_event !== 'desgw' || env.npm_command?.startsWith('run') !== true) return;
  const kept = options.map(([flag]) => spelling(flag, env)).find((one) => one !== undefined);
  if (kept === undefined) return;
  throw new UserError(
    `npm has kept ${kept} for itself, so that desgw never saw it; nothing was done`,
    `Put two dashes before the words for desgw: npm run desgw -- ${[...words.map(shellQuote), kept].join(' ')}`,
  );
}

/** How the option was written, if npm has it. */
function spelling(flag: string, env: Env): string | undefined {
  const long = /--[\w-]+/.exec(flag)![0];
  const kept = (name: string): string | undefined => env[`npm_config_${name.replaceAll('-', '_')}`];
  const short = /^-(\w)\b/.exec(flag)?.[1];
  const [variable, value] = MEANINGS[long] ?? [];
  if (variable !== undefined && kept(variable) === value)
    return short === undefined ? long : `-${short}`;
  // `-j3`, which to npm is an option of that name.
  const number = Object.keys(env).find((name) =>
    new RegExp(`^npm_config_${short}\\d+$`).test(name),
  );
  if (number !== undefined) return `-${number.slice('npm_config_'.length)}`;
  // That something is not to be is to npm that it is off.
  if (long.startsWith('--no-')) return kept(long.slice(5)) === '' ? long : undefined;
  const own = kept(long.slice(2));
  if (own === undefined || own === '') return undefined;
  if (!flag.includes('<')) return long;
  return own === 'true' ? flag.replace(/^-\w, /, '') : `${long}=${own}`;
}
