/** With which targets others go on although they wait for more: those that have enough, once many have. */

import type { GoOn } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { asNeed, causeOf } from './needs.ts';
import type { Plan } from './verdict.ts';

/** Targets that wait and have enough, where it is time for all that are waited for together. */
export function readyToGoOn({ graph, order, verdicts }: Plan): readonly TargetName[] {
  const groups = new Map<readonly TargetName[], GoOn>();
  for (const name of order) {
    const { goOn } = graph.nodes.get(name)!.rule;
    if (goOn !== undefined) groups.set(goOn.together, goOn);
  }
  return [...groups.values()].flatMap(({ together, when }) => {
    const enough: TargetName[] = [];
    let settled = 0;
    let open = 0;
    for (const name of together) {
      const verdict = verdicts.get(name);
      if (verdict === undefined) continue; // no goal needs it
      const need = asNeed(verdict);
      // What is only to be made from what is there already has settled, too.
      if (need === 'usable' || (need === 'pending' && verdict.by === undefined)) settled += 1;
      else if (verdict.enough === true) enough.push(name);
      else if (need !== 'down' || causeOf(verdict) !== 'failed') open += 1;
    }
    const isTime = when === 'all' ? open === 0 : settled + enough.length >= when;
    return isTime ? enough : [];
  });
}
