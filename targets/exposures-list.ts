/** exposures.list, the exposure table in gw_workflow, with its files by band. */
import { type Exec, exec, type Path, type Rule, target, write } from '../core/index.ts';
import { missingFrom, parseExposureTable } from './reports/exposure-table.ts';
import { withRows } from './reports/night-rows.ts';
import { rowsText } from './reports/rows.ts';
import { BANDS, type Exposure } from './settings/domain.ts';
import { ROWS_FILE } from './settings/follow-up.ts';
import { PREPARATION } from './settings/phases.ts';
import { type Site, setupOf } from './site/site.ts';

/** Seconds; the query goes over all exposures there are. */
const TIMEOUT = 3600;

/** Seconds after which it is asked again for exposures that it did not have: it goes over all there are. */
const ASK_AGAIN = 1800;

/** Beside the table, for every workspace that shares it. */
const LOCK = 'exposures.list.lock';
/** Seconds that another workspace may take to ask the database. */
const LOCKED = TIMEOUT + 60;

/**
 * Adds rows that the table lacks, then makes the files by band of it, all under the lock and each put
 * in place at once. Arguments: a file with rows, or nothing; the exposures wanted of it; the bands.
 */
const BRING_UP_TO_DATE = `set -e
put() {
  place=$(readlink -f "$1")
  if cmp -s "$2" "$place"; then rm "$2"; return; fi
  if [ -e "$place" ]; then chmod --reference="$place" "$2"; elif [ -g . ]; then chmod g+w "$2"; fi
  mv "$2" "$place"
}
if [ -n "$1" ]; then
  awk -v wanted=" $2 " 'FNR == NR { have[$1]; print; next }
    !($1 in have) && index(wanted, " " $1 " ")' exposures.list "$1" > ".exposures.list.$$"
  put exposures.list ".exposures.list.$$"
fi
for band in $3; do
  awk -v band="$band" '$6 == band' exposures.list > ".exposures_$band.list.$$"
  put "exposures_$band.list" ".exposures_$band.list.$$"
done`;

/**
 * Asks the exposure database only when the table is missing, empty or lacks a requested exposure.
 * The files by band are made here, all together: DAGMakers that found one missing would race.
 * @param rows file with rows of exposures that may be added to the table without that query
 */
export function exposuresList(site: Site, exposures: readonly Exposure[], rows?: Path): Rule {
  const list = `${site.gwWorkflow}/exposures.list`;
  const lacking = (text: string | undefined): readonly Exposure[] =>
    text === undefined ? exposures : missingFrom(parseExposureTable(text), exposures);
  return target('exposures.list', {
    doc: 'the exposure table, made by getExposureInfo.sh',
    phase: PREPARATION,
    after: setupOf(site),
    params: { exposures },
    // The table is everybody's: others refresh it too.
    outputs: [ROWS_FILE, { path: list, shared: true, quiet: true }],
    observe: observation(list, lacking),
    recipe: {
      version: '1',
      reads: [list, ...(rows === undefined ? [] : [rows])],
      steps: ({ text, maybeText }) => {
        const table = maybeText(list);
        const grown =
          rows === undefined || table === undefined
            ? undefined
            : withRows(table, text(rows), exposures);
        const query = lacking(grown ?? table).length > 0;
        const adds = !query && grown !== undefined && grown !== table;
        const from = adds && rows !== undefined ? fromThere(rows) : '';
        const { env, passEnv } = site;
        const locked = (...argv: readonly string[]): Exec =>
          exec(['flock', '-w', String(LOCKED), LOCK, ...argv], {
            ...{ cwd: site.gwWorkflow, env, passEnv, timeout: LOCKED + TIMEOUT },
          });
        return [
          ...(query ? [locked('./getExposureInfo.sh')] : []),
          locked(
            'bash',
            '-c',
            BRING_UP_TO_DATE,
            'lists',
            from,
            exposures.join(' '),
            BANDS.join(' '),
          ),
          write(ROWS_FILE, (run) => rowsText(parseExposureTable(run.text(list)), exposures)),
        ];
      },
    },
  });
}

/** A file of the workspace as it is named from another folder. */
const fromThere = (path: Path): Path => (path.startsWith('/') ? path : `{workspace}/${path}`);

/** Which requested exposures are not in the table; it is asked again now and then for those. */
function observation(
  list: Path,
  lacking: (text: string) => readonly Exposure[],
): NonNullable<Rule['observe']> {
  return {
    reads: [ROWS_FILE],
    look: () => [{ kind: 'stat', path: list }],
    judge: ([table], facts) => {
      const text = facts.maybeText(ROWS_FILE);
      const absent = text === undefined ? [] : lacking(text);
      const value = null;
      if (absent.length === 0) return { state: 'ready', value };
      const asked = table?.kind === 'stat' ? table.stat?.mtime : undefined;
      // The time is asked for only here: what depends on it cannot be remembered.
      if (asked !== undefined && facts.now - asked < ASK_AGAIN * 1000)
        return { state: 'ready', value, note: `${absent.join(', ')} not in it` };
      return {
        state: 'ready',
        value,
        redo: `${absent.join(', ')} ${absent.length > 1 ? 'were' : 'was'} not in it`,
      };
    },
  };
}
