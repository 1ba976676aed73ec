/** What `desgw init` asks for a follow-up, and the rule file that comes of it. */
import {
  type Answers,
  type Finding,
  type Question,
  type Start,
  UserError,
} from '../../core/index.ts';
import { isNite, isSeason } from '../settings/domain.ts';
import { POSTPROC_PARAMS } from '../settings/postproc-params.ts';

/** Files of the package, and of a workspace. */
const SANDBOX_RULES = 'desgwfile.ts';
const FERMILAB_RULES = 'templates/desgwfile.fermilab.ts';
const RULES = 'desgwfile.ts';
const EXPOSURES = 'exposures.txt';

const isReal = ({ site }: Answers): boolean => site === 'fermilab';

/** What says which event it is. */
const EVENT = {
  ligoid: 'Name of the event, like GW170817',
  propid: 'Proposal of the observations, like 2017B-0110',
  triggermjd: 'Time of the trigger as a modified Julian date, like 57982.529',
} as const;

const QUESTIONS: readonly Question[] = [
  {
    name: 'site',
    prompt: 'Where does it run?',
    help: 'the real site, or a simulated one to play with',
    choices: ['fermilab', 'sandbox'],
    flags: { '--sandbox': 'sandbox' },
    suggest: (_, { exists }) => (exists('/pnfs/des') ? 'fermilab' : 'sandbox'),
  },
  checkout('gw-workflow', 'gw_workflow', 'DAGMaker.sh'),
  checkout('post-processing', 'Post-Processing', 'run_postproc.py'),
  {
    name: 'registry',
    prompt: 'Folder that all who claim seasons share',
    help: 'folder that all who claim seasons share',
    when: isReal,
    suggest: (given, { resolve }) => resolve(`${given['gw-workflow'] ?? '.'}/../seasons`),
    check: (typed, { exists, resolve }) =>
      exists(resolve(`${typed}/..`)) ? undefined : `there is no folder ${resolve(`${typed}/..`)}`,
    keep: (typed, { resolve }) => resolve(typed),
  },
  {
    name: 'user',
    prompt: 'Account that runs the pipeline (another than desgw uses DAGMaker_proxyuser.sh)',
    help: 'account that runs the pipeline',
    when: isReal,
    suggest: (_, { env }) => env.USER ?? 'desgw',
  },
  event('ligoid'),
  event('propid'),
  event('triggermjd'),
  {
    name: 'exposures',
    prompt: 'Exposures: a file with a number on each line, or numbers with commas',
    help: 'a file with an exposure number on each line, or numbers with commas',
    when: isReal,
    open: 'those of a night, or later',
    check: (typed, { exists, resolve }) =>
      numbersIn(typed) !== undefined || exists(resolve(typed))
        ? undefined
        : 'it is neither a file nor exposure numbers',
    keep: (typed, { resolve }) => (numbersIn(typed) === undefined ? resolve(typed) : typed),
  },
  {
    name: 'nites',
    prompt:
      'Nights whose exposures are taken as they appear, such as 20170817, or the first and the last',
    help: 'take the exposures of the proposal as they appear: 20170817, or 20170817,20170818',
    when: (given) => isReal(given) && given.exposures === undefined && given.propid !== undefined,
    open: 'none yet',
    check: (typed) =>
      typed.split(',').length <= 2 && typed.split(',').every((nite) => isNite(nite.trim()))
        ? undefined
        : 'it must be one night or two, like 20170817 or 20170817,20170818',
  },
  {
    name: 'object',
    prompt: 'Only objects whose name matches this regular expression',
    help: 'with --nites: a regular expression on the name of the object',
    when: (given) => given.nites !== undefined,
    open: 'all',
  },
  {
    name: 'season',
    prompt: 'Season of an event that was begun by hand',
    help: 'season of an event that was begun by hand',
    when: isReal,
    open: 'the next free one is claimed',
    check: (typed) => (isSeason(typed) ? undefined : 'it must be a number such as 1600'),
  },
];

/** What is asked, written and advised for a new follow-up. */
export const followUpStart: Start = {
  questions: QUESTIONS,
  files: (answers, comesWith) => {
    if (!isReal(answers)) return { [RULES]: withEvent(comesWith(SANDBOX_RULES), answers) };
    if (answers.nites !== undefined && answers.propid === undefined)
      throw new UserError('--nites needs the proposal', 'Add --propid, like 2017B-0110.');
    const numbers = numbersIn(answers.exposures ?? '');
    const list =
      answers.nites === undefined && (answers.exposures === undefined || numbers !== undefined);
    return {
      [RULES]: fermilabRules(comesWith(FERMILAB_RULES), answers),
      ...(!list ? {} : { [EXPOSURES]: (numbers ?? []).map((n) => `${n}\n`).join('') }),
    };
  },
  next: (answers) => [
    ...(isReal(answers) && answers.nites === undefined && answers.exposures === undefined
      ? [[`$EDITOR ${EXPOSURES}`, 'exposure numbers, one on a line'] as const]
      : []),
    ...(isReal(answers) && lacking(answers).length > 0
      ? [[`$EDITOR ${RULES}`, `set ${lacking(answers).join(', ')}, for post processing`] as const]
      : []),
    ...(answers.season === undefined
      ? []
      : [[`desgw adopt season --as ${answers.season}`, 'go on with this season'] as const]),
    ...(isReal(answers) ? [['desgw doctor', 'what is missing for a real run'] as const] : []),
    ['desgw build -n', 'what would be done; changes nothing'],
    ['desgw build', 'do it'],
  ],
};

/** A checkout that some script marks, looked for where people keep theirs. */
function checkout(name: string, folder: string, script: string): Question {
  const isOne = (path: string, { exists }: Finding): boolean => exists(`${path}/${script}`);
  return {
    name,
    prompt: `Checkout of ${folder}`,
    help: `checkout of ${folder}`,
    when: isReal,
    suggest: (_, look) =>
      [
        ...[look.env.HOME, look.cwd, look.resolve('..')].map((dir) => `${dir}/${folder}`),
        ...look
          .list('/data')
          .filter((disk) => disk.startsWith('des'))
          .flatMap((disk) =>
            [`${look.env.USER}`, 'desgw'].map((user) => `/data/${disk}/data/${user}/${folder}`),
          ),
      ].find((path) => isOne(path, look)),
    check: (typed, look) =>
      isOne(look.resolve(typed), look)
        ? undefined
        : `there is no ${script} in ${look.resolve(typed)}`,
    keep: (typed, { resolve }) => resolve(typed),
  };
}

/** The value of a parameter that every event has of its own. */
function event(name: keyof typeof EVENT): Question {
  const { type, check } = POSTPROC_PARAMS[name];
  return {
    name,
    prompt: EVENT[name],
    help: EVENT[name],
    when: isReal,
    open: 'later',
    check: (typed) => check?.(type === 'number' ? Number(typed) : typed),
  };
}

/** `700001,700002` -> both; undefined for anything else. */
function numbersIn(typed: string): readonly number[] | undefined {
  const words = typed.split(/[\s,]+/).filter((word) => word !== '');
  return words.length > 0 && words.every((word) => /^\d{1,8}$/.test(word))
    ? words.map(Number)
    : undefined;
}

/** What of the event is not known yet. */
const lacking = (answers: Answers): readonly string[] =>
  Object.keys(EVENT).filter((name) => answers[name] === undefined);

/** The rule file of the real site, with these answers in it. */
function fermilabRules(text: string, answers: Answers): string {
  const { exposures, nites, object, propid } = answers;
  const list =
    nites !== undefined
      ? `nightOf({ ${[
          `propid: ${literal(propid!)}`,
          `nites: ${nitesLiteral(nites)}`,
          ...(object === undefined ? [] : [`object: ${literal(object)}`]),
        ].join(', ')} })`
      : literal(exposures === undefined || numbersIn(exposures) ? EXPOSURES : exposures);
  const values: { readonly [placeholder: string]: string | undefined } = {
    GW_WORKFLOW: answers['gw-workflow'],
    POST_PROCESSING: answers['post-processing'],
    REGISTRY: answers.registry,
    ACCOUNT: answers.user,
  };
  const filled = text
    .replace(/'([A-Z_]+)'/g, (all, name: string) => literal(values[name] ?? all))
    .replace(`const exposures = '${EXPOSURES}';`, () => `const exposures = ${list};`)
    .replace(/^( *)followUpParams,$/m, (line, indent: string) =>
      nites === undefined ? line : `${line}\n${indent}nightOf,`,
    );
  return withEvent(filled, answers);
}

const nitesLiteral = (nites: string): string => {
  const [first, last] = nites.split(',').map((nite) => literal(nite.trim()));
  return last === undefined ? first! : `[${first}, ${last}]`;
};

/** The rule file with the values of the event beside the parameters that it declares. */
export function withEvent(text: string, answers: Answers): string {
  const fixed = Object.keys(EVENT).flatMap((name) => {
    const answer = answers[name];
    if (answer === undefined) return [];
    const isNumber = POSTPROC_PARAMS[name as keyof typeof EVENT].type === 'number';
    return `${name}: ${isNumber ? Number(answer) : literal(answer)}`;
  });
  if (fixed.length === 0) return text;
  return text.replace(
    /^( *params: )(.+),$/m,
    (_line, key: string, declared: string) => `${key}{ ...${declared}, ${fixed.join(', ')} },`,
  );
}

const literal = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
