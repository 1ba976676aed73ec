/** The season number, claimed for this workspace. */
import { type Claim, claim, Refusal, type Rule, target, type Write, write } from '../core/index.ts';
import {
  judgeSeason,
  seasonLooks,
  seasonSighting,
  TEST_SEASONS,
  usedFrom,
} from './seasons/season-rules.ts';
import { isSeason } from './settings/domain.ts';
import { OUTPUTS, SEASON_FILE } from './settings/follow-up.ts';
import { PREPARATION } from './settings/phases.ts';
import { type Site, setupOf } from './site/site.ts';

/** What a season is claimed by. */
const name = (season: string): string => `season-${season}`;

/** What a dry run calls a season that has not been chosen yet. */
export const SEASON_PLACEHOLDER = '<season>';

/**
 * Claims a season: a number, `auto` (a free one), or `test` (one that may be used again). Sticky:
 * once claimed it stays, also when our own data appear under it.
 */
export function season(site: Site, wanted: string): Rule {
  return target('season', {
    doc: 'the season number, claimed so that nobody else takes it',
    phase: PREPARATION,
    after: setupOf(site),
    params: { season: wanted },
    outputs: [SEASON_FILE],
    observe: {
      sticky: true,
      reads: [SEASON_FILE],
      look: () => seasonLooks('seasons', [`${site.pnfs}/forcephoto/images`]),
      judge: (seen) => seasonSighting(seen),
    },
    doneBefore: claimedBefore(site, wanted),
    // The season of an event that was begun without desgw: its own data and tables are no obstacle.
    adoptAs: (value) => adopted(site, wanted, value.trim()),
    recipe: {
      version: '1',
      steps: ({ value }) => {
        const { take } = judgeSeason(wanted, usedFrom(value));
        // Test seasons may be used again and by everybody, so they are nobody's.
        const first = take[0]!;
        const note = `season for ${OUTPUTS}`;
        return [
          ...(TEST_SEASONS.includes(first) ? [] : [claim(site.registry, take.map(name), note)]),
          write(SEASON_FILE, ({ claims }) => `${claims[0]?.replace(/^season-/, '') ?? first}\n`),
        ];
      },
    },
  });
}

function adopted(site: Site, wanted: string, number: string): readonly (Claim | Write)[] {
  if (!isSeason(number))
    throw new Refusal(
      `'${number}' is not a season number`,
      'A season is a whole number from 1 to 9999 without leading zeros.',
    );
  if (wanted !== 'auto' && wanted !== number)
    throw new Refusal(
      `the parameter season says ${wanted}, not ${number}`,
      `desgw adopt season --as ${number} --set season=${number}, and put that into the rule file.`,
    );
  const note = `season for ${OUTPUTS}, adopted`;
  return [
    ...(TEST_SEASONS.includes(number) ? [] : [claim(site.registry, [name(number)], note)]),
    write(SEASON_FILE, `${number}\n`),
  ];
}

/** With the record lost, the claim still tells. */
function claimedBefore(site: Site, wanted: string): NonNullable<Rule['doneBefore']> {
  return {
    look: (facts) => {
      const own = facts.maybeText(SEASON_FILE)?.trim() ?? '';
      return [
        { kind: 'read', path: SEASON_FILE },
        { kind: 'stat', path: `${site.registry}/${name(own)}` },
      ];
    },
    judge: ([text, claimed]) => {
      const own = text?.kind === 'read' ? (text.text?.trim() ?? '') : '';
      const ours =
        claimed?.kind === 'stat' &&
        claimed.stat !== undefined &&
        (wanted === 'auto' || wanted === own);
      return ours
        ? { state: 'done', how: `${SEASON_FILE} says ${own}, which is claimed` }
        : { state: 'not done' };
    },
  };
}
