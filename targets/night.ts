/** night: the exposures of a night as they appear in the exposure database, in place of a typed list. */
import {
  type Json,
  type Path,
  type Rule,
  type Sighting,
  target,
  UserError,
  write,
} from '../core/index.ts';
import {
  leftOutBecause,
  type NightQuestion,
  type NightRow,
  nightText,
} from './reports/night-rows.ts';
import { isNite } from './settings/domain.ts';
import { OUTPUTS } from './settings/follow-up.ts';
import { PREPARATION } from './settings/phases.ts';
import { type Site, setupOf } from './site/site.ts';

/** Rows of the exposures that were found so far, in the form of exposures.list. */
export const NIGHT_FILE: Path = `${OUTPUTS}/night.list`;

/** In place of a list of exposures in a rule file. */
export interface NightOf {
  readonly kind: 'night';
  readonly question: NightQuestion;
}

/**
 * The exposures of a proposal that were taken in these nights.
 * @param propid one proposal or several
 * @param nites one night or the first and the last, yyyymmdd
 * @param object a regular expression on the object's name
 * @throws UserError for nights that are none
 */
export function nightOf({
  propid,
  nites,
  object = '',
}: {
  readonly propid: string | readonly string[];
  readonly nites: string | readonly [string, string];
  readonly object?: string;
}): NightOf {
  const [first, last] = typeof nites === 'string' ? [nites, nites] : nites;
  for (const nite of [first, last])
    if (!isNite(nite))
      throw new UserError(
        `nightOf: '${nite}' is not a night`,
        'Write the date of the evening as 20170817.',
      );
  if (first > last)
    throw new UserError(`nightOf: the last night, ${last}, is before the first, ${first}`);
  return {
    kind: 'night',
    question: {
      propids: typeof propid === 'string' ? [propid] : propid,
      nites: [first, last],
      object,
    },
  };
}

/** Asked anew at every build; what was found before stays. */
export function night(site: Site, { question }: NightOf): Rule {
  return target('night', {
    doc: 'the exposures of the night that are in the database so far',
    phase: PREPARATION,
    after: setupOf(site),
    params: { question },
    outputs: [NIGHT_FILE],
    observe: {
      reads: [NIGHT_FILE],
      look: () => [{ kind: 'ask', adapter: 'exposures', question }],
      judge: ([seen], { maybeText }) => {
        const before = maybeText(NIGHT_FILE);
        if (seen?.kind === 'answer')
          return nightSighting(before, (seen.answer as unknown as { rows: NightRow[] }).rows);
        const why = seen?.kind === 'failed' ? seen.why : 'no answer';
        // That the database does not answer says nothing about the exposures that are known.
        return before === undefined || before === ''
          ? {
              state: 'failed',
              why: `the exposure database could not be asked: ${why}`,
              advice:
                'see whether it is up and ~/.pgpass names it (desgw doctor), then build again',
            }
          : {
              state: 'ready',
              value: before,
              note: `${count(before)}; the database could not be asked for more (${why})`,
            };
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => [write(NIGHT_FILE, String(value))],
    },
  });
}

const count = (text: string): string => {
  const lines = text.split('\n').length - 1;
  return `${lines} exposure${lines === 1 ? '' : 's'}`;
};

function nightSighting(before: string | undefined, rows: readonly NightRow[]): Sighting {
  const text = nightText(before, rows);
  const out = rows.flatMap((row) => {
    const why = leftOutBecause(row);
    return why === undefined ? [] : [`${row.expnum} (${why})`];
  });
  if (text === '')
    return {
      state: 'waiting',
      progress:
        out.length === 0 ? 'no exposure yet' : `no exposure yet; left out: ${out.join(', ')}`,
      value: null as Json,
    };
  const rest = out.length === 0 ? '' : `; left out: ${out.join(', ')}`;
  return { state: 'ready', value: text, note: `${count(text)}${rest}` };
}
