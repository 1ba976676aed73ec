/** Looks at how the templates of this event stand. */
import type { CommandCall, Look, Queue, Seen } from '../../core/index.ts';
import { rawOnPnfs } from '../reports/raw-image.ts';
import { OUTPUTS } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import {
  claimedIn,
  claimsFileNamed,
  type Needed,
  neededIn,
  newestPass,
  type TemplateRow,
  templateRow,
} from '../templates/overview.ts';
import {
  claimName,
  claimsDirectory,
  claimsFile,
  codeIn,
  codeLooks,
} from '../templates/pass-files.ts';
import { askQueue } from './asked.ts';

/** All templates of this event. */
export interface TemplatesFound {
  readonly rows: readonly TemplateRow[];
  readonly queue: Queue;
  readonly code: string | undefined;
  /** Why some of it is not known. */
  readonly unseen: readonly string[];
}

/** Looks at each template's directory, claim and raw image once, and asks the queue once. */
export async function templatesFound(site: Site, call: CommandCall): Promise<TemplatesFound> {
  const needed = await neededHere(call);
  if (needed.length === 0)
    return { rows: [], queue: { state: 'seen', jobs: [] }, code: undefined, unseen: [] };
  const queue = await askQueue(site, call);
  const code = codeIn(await call.look(codeLooks(site)));
  const registries = [
    ...new Set(needed.map(({ template }) => claimsDirectory(site, template.processing))),
  ];
  const listed = await call.look(registries.map((pattern): Look => ({ kind: 'list', pattern })));
  const namesIn = new Map(registries.map((path, i) => [path, namesOf(listed[i]) ?? []]));
  const passes = needed.map(({ template }) =>
    newestPass(template, namesIn.get(claimsDirectory(site, template.processing))!),
  );
  const seen = await call.look(
    needed.flatMap(({ template }, i): readonly Look[] => {
      const path = `${claimsDirectory(site, template.processing)}/${claimName(template, passes[i] ?? 0)}`;
      return [
        { kind: 'list', pattern: `${site.pnfs}/exp/${template.nite}/${template.exposure}` },
        { kind: 'stat', path: rawOnPnfs(site.pnfs, template) ?? site.pnfs },
        { kind: 'read', path },
        { kind: 'stat', path },
      ];
    }),
  );
  const unseen = [...listed, ...seen].flatMap((one) => (one.kind === 'failed' ? [one.why] : []));
  const rows = needed.map((one, i) => {
    const [dir, raw, claim, stat] = seen.slice(4 * i, 4 * i + 4);
    const pass = passes[i];
    const since = stat?.kind === 'stat' ? (stat.stat?.mtime ?? 0) : 0;
    const text = claim?.kind === 'read' ? claim.text : undefined;
    return templateRow({
      ...{
        needed: one,
        names: namesOf(dir),
        queue,
        code,
        enough: Number(call.params.templateEnough),
      },
      raw: raw?.kind !== 'stat' || raw.stat !== undefined,
      claim: pass === undefined || text === undefined ? undefined : claimedIn(text, pass, since),
      registry: namesIn.get(claimsDirectory(site, one.template.processing))!,
    });
  });
  return { rows, queue, code, unseen: [...new Set(unseen)] };
}

/** What the passes of this workspace have noted. */
async function neededHere(call: CommandCall): Promise<readonly Needed[]> {
  const [listed] = await call.look([{ kind: 'list', pattern: `${OUTPUTS}/templates` }]);
  const files = (namesOf(listed) ?? []).flatMap((name) => {
    const named = claimsFileNamed(name);
    const text =
      named === undefined ? undefined : call.readText(claimsFile(named.exposure, named.pass));
    return named === undefined || text === undefined ? [] : [{ ...named, text }];
  });
  return neededIn(files);
}

const namesOf = (seen: Seen | undefined): readonly string[] | undefined =>
  seen?.kind === 'list' ? seen.dirs[0]?.names : undefined;
