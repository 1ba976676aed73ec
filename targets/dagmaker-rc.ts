/** dagmaker.rc, the settings that DAGMaker.sh sources: edited key by key, other lines are people's. */
import { edit, type Rule, target } from '../core/index.ts';
import { dagmakerValues } from './settings/dagmaker-params.ts';
import { type FollowUp, rcFile } from './settings/follow-up.ts';
import { inOneTree } from './settings/output-tree.ts';
import { PREPARATION } from './settings/phases.ts';
import { holdWorkflow } from './site/holding.ts';
import { packageFile } from './site/package.ts';
import { setupOf } from './site/site.ts';

/** Sets the season and whatever parameters were given; leaves the rest of the file as it is. `more`: settings unknown to desgw. */
export function dagmakerRc(
  { site, season, params }: FollowUp,
  more: { readonly [name: string]: string } = {},
): Rule {
  const path = rcFile({ site, season });
  const ours = `${site.gwWorkflow}/dagmaker.rc`;
  const values = { ...dagmakerValues(params, season), ...more };
  return target('dagmaker.rc', {
    doc: 'settings of DAGMaker.sh, set key by key',
    phase: PREPARATION,
    deps: ['season'],
    after: setupOf(site),
    params: values,
    outputs: [{ path, keys: { format: 'shell', names: Object.keys(values) } }],
    // A version, because the parameters say already what was set: a reason names them alone.
    recipe: {
      version: '1',
      reads: [path, ours],
      steps: ({ maybeText }) => [
        ...inOneTree(site, maybeText(path), values),
        ...holdWorkflow({ site, season }),
        edit(
          path,
          'shell',
          values,
          // A rc of one's own begins as that of the checkout, with the lines of people.
          maybeText(ours) === undefined ? packageFile('templates/dagmaker.rc') : ours,
        ),
      ],
    },
  });
}
