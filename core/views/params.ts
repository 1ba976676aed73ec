/** `desgw params`: every parameter with its value, where that comes from, and what it is for. */
import type { ChosenParams } from '../params.ts';
import { valueText } from '../reasons.ts';
import type { Build, Json, Param } from '../types.ts';
import type { Paint } from './paint.ts';
import { display } from './quote.ts';
import { table } from './text.ts';

/** One line a parameter. */
export function paramsText(
  build: Pick<Build, 'params'>,
  chosen: ChosenParams,
  paint: Paint,
): string {
  const rows = list(build, chosen).map(({ name, value, source, default: preset, type, help }) => [
    display(name),
    value === null ? '-' : display(valueText(value)),
    source === 'default' ? '' : source,
    source === '--set' ? `default ${display(valueText(preset))}` : '',
    type,
    display(help),
  ]);
  const [head, ...lines] = table([['parameter', 'value', 'from', '', 'type', 'what for'], ...rows]);
  return `${[paint('bold', head!), ...lines].join('\n')}\n`;
}

/** The same as data. */
export function paramsJson(build: Pick<Build, 'params'>, chosen: ChosenParams): object {
  return list(build, chosen);
}

function list({ params = {} }: Pick<Build, 'params'>, { values, sources }: ChosenParams) {
  return Object.entries(params).map(([name, declared]) => {
    const param = isParam(declared) ? declared : undefined;
    return {
      name,
      value: values[name]!,
      source: sources[name]!,
      default: param === undefined ? (declared as Json) : param.default,
      type: param?.type ?? 'any',
      help: param?.help ?? '',
    };
  });
}

const isParam = (value: Param | Json): value is Param =>
  typeof value === 'object' && value !== null && 'default' in value && 'type' in value;
