/** Settings that `--set` wrote into files of people: they stay there when later commands do not give them. */
import { isSystemError } from '../api/errors.ts';
import type { Json, Path, TargetName } from '../api/values.ts';
import { readKeys } from '../formats/keys.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { isSettable } from '../graph/params.ts';
import type { SetOnce, Trace } from '../memory/trace.ts';
import type { World } from '../world/world.ts';
import type { Project } from './project.ts';

/** A setting that a file still holds because of an earlier `--set`. */
export interface StillSet {
  readonly target: TargetName;
  readonly path: Path;
  readonly name: string;
  /** As the file has it. */
  readonly value: string;
  /** As the rule file would have it. */
  readonly given: Json;
  readonly at: number;
  /** What `--set` takes to put back what was there before; absent where that is not possible. */
  readonly before?: string;
}

type Given = NonNullable<Project['given']>;

/** For the record of a run: what `--set` writes now, and what it wrote earlier and nobody has said since. */
export function setOnceBy(
  { rule, outputs }: Node,
  last: Trace | undefined,
  given: Given,
  { files, clock, secrets }: Pick<World, 'files' | 'clock' | 'secrets'>,
): { readonly set?: SetOnce } {
  const params = rule.params ?? {};
  const kept = Object.entries(last?.set ?? {}).filter(([name]) => !Object.hasOwn(params, name));
  const written = outputs.flatMap(({ path, keys }) => {
    const names = (keys?.names ?? []).filter(
      (name) =>
        Object.hasOwn(given, name) && Object.hasOwn(params, name) && !secrets?.isSecret(name),
    );
    if (keys === undefined || names.length === 0) return [];
    const text = files.readText(path);
    const found = text === undefined ? [] : readKeys(text, keys.format, names);
    return names.flatMap((name, i) => {
      const earlier = last?.set?.[name];
      const before = earlier === undefined ? (found[i] ?? undefined) : earlier.before;
      if (earlier !== undefined && before !== undefined && isSame(String(given[name]), before))
        return [];
      const value = String(params[name]);
      const one = {
        path,
        format: keys.format,
        value,
        given: given[name]!,
        at: clock.now(),
      };
      return [[name, before === undefined ? one : { ...one, before }] as const];
    });
  });
  const set = Object.fromEntries([...kept, ...written]);
  return Object.keys(set).length === 0 ? {} : { set };
}

/** Whether two values are the same to all who read them, however they are spelt. */
function isSame(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll(/\s/g, '');
  return plain(a) === plain(b) || (plain(a) !== '' && Number(a) === Number(b));
}

/** What files hold because of an earlier `--set`, of which neither the rule file nor this command line speaks. */
export function stillSet(
  { graph, order }: { readonly graph: Graph; readonly order: readonly TargetName[] },
  traces: ReadonlyMap<TargetName, Trace>,
  { build, world: { files } }: Pick<Project, 'build' | 'world'>,
): readonly StillSet[] {
  return order.flatMap((target) => {
    const { rule } = graph.nodes.get(target)!;
    const { outputs = [] } = rule;
    if (outputs.every((one) => typeof one === 'string' || one.keys === undefined)) return [];
    return Object.entries(traces.get(target)?.set ?? {}).flatMap(([name, one]) => {
      const { path, format, value, given, at, before } = one;
      if (Object.hasOwn(rule.params ?? {}, name)) return [];
      const text = textOf(files, path);
      if (text === undefined || readKeys(text, format, [name])[0] !== value) return [];
      const back =
        before !== undefined && !isSame(value, before) && isSettable(build, name, before)
          ? { before }
          : {};
      return [{ target, path, name, value, given, at, ...back }];
    });
  });
}

/** The text of a file; undefined where it cannot be read: the targets that need it tell of that. */
function textOf(files: World['files'], path: Path): string | undefined {
  try {
    return files.readText(path);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
