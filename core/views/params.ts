/** `desgw params`: every parameter with its value, where that comes from, and what it is for. */

import type { Build, Param } from '../api/builds.ts';
import type { Json, Path } from '../api/values.ts';
import { readKeys } from '../formats/keys.ts';
import type { ChosenParams } from '../graph/params.ts';
import type { Paint } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { valueText } from '../words/reasons.ts';
import { table } from '../words/text.ts';
import type { Secrets } from '../world/world.ts';

/** What is looked at beside the parameters themselves. */
export interface Looking {
  /** Text of a file, for parameters whose value stands there. */
  readonly readText: (path: Path) => string | undefined;
  /** What is not to be shown. */
  readonly secrets?: Pick<Secrets, 'isSecret'>;
}

/** One line a parameter. */
export function paramsText(
  build: Pick<Build, 'params'>,
  chosen: ChosenParams,
  looking: Looking,
  paint: Paint,
): string {
  const rows = paramsJson(build, chosen, looking).map(
    ({ name, value, source, default: preset, type, help }) => [
      display(name),
      value === null ? '-' : display(valueText(value)),
      source === 'default' ? '' : source,
      source === '--set' ? `default ${display(valueText(preset))}` : '',
      type,
      display(help),
    ],
  );
  const [head, ...lines] = table([['parameter', 'value', 'from', '', 'type', 'what for'], ...rows]);
  return `${[paint('bold', head!), ...lines].join('\n')}\n`;
}

/** The same as data. */
export function paramsJson(
  { params = {} }: Pick<Build, 'params'>,
  chosen: ChosenParams,
  { readText, secrets }: Looking,
) {
  const { values, sources } = chosen;
  return Object.keys(sources).map((name) => {
    const declared = params[name] ?? null;
    const param = isParam(declared) ? declared : undefined;
    const deciding = values[name] === null ? fromFile(param, readText) : undefined;
    const shown = (value: Json): Json =>
      value !== null && secrets?.isSecret(name) === true ? '***' : value;
    return {
      name,
      value: shown(deciding?.value ?? values[name]!),
      source: deciding?.source ?? sources[name]!,
      default: shown(param === undefined ? (declared as Json) : param.default),
      type: param?.type ?? 'any',
      help: param?.help ?? '',
    };
  });
}

/** The value that a file has for a parameter which is left to the file. */
function fromFile(
  param: Param | undefined,
  readText: Looking['readText'],
): { value: string; source: string } | undefined {
  if (param?.from === undefined) return undefined;
  const { path, format, key } = param.from;
  const text = readText(path);
  const value = text === undefined ? null : readKeys(text, format, [key])[0];
  const source = path.split('/').pop()!;
  return value === null || value === undefined ? undefined : { value, source };
}

const isParam = (value: Param | Json): value is Param =>
  typeof value === 'object' && value !== null && 'default' in value && 'type' in value;
