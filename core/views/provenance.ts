/** `desgw show`: where what a target made comes from, as text and as plain data. */

import type { Json } from '../api/values.ts';
import type { Provenance } from '../memory/provenance.ts';
import type { Paint } from '../words/paint.ts';
import { display, typed } from '../words/quote.ts';
import { reasonText, valueText } from '../words/reasons.ts';
import { looksSecret, withoutSecrets } from '../words/secrets.ts';
import { table, wrap } from '../words/text.ts';
import { duration, momentAndAge } from '../words/time.ts';

/** How it is told: columns of the screen, and the time to tell ages by. */
export interface ProvenanceOptions {
  readonly paint: Paint;
  readonly width: number;
  readonly now: number;
}

/** As labels, which have to be short. */
const HOW_WORDS = {
  built: 'made',
  adopted: 'adopted',
  accepted: 'accepted',
  marked: 'marked',
} as const;

/** Rows of a label with its lines, for each target that was made. */
export function provenanceText(all: readonly Provenance[], options: ProvenanceOptions): string {
  return all.map((one) => targetText(one, options)).join('\n\n');
}

function targetText(one: Provenance, { paint, width, now }: ProvenanceOptions): string {
  const { target, built, by, means, log, superseded } = one;
  const { signature, outputs, receipt, evidence, because, how, at, ms } = built;
  const took = how === 'built' ? `, in ${duration(ms)}` : '';
  const who =
    by === undefined
      ? ['nobody on record: it was made before there was a history']
      : [
          `${by.by.user} on ${by.by.host}, with desgw ${by.desgw} and Node ${by.node}`,
          `${by.command}   (${by.number} in \`desgw history\`)`,
        ];
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [HOW_WORDS[how], [`${momentAndAge(at, now)}${took}`]],
    ['by', who],
    ['because', because.map(reasonText)],
    ['shown by', evidence === undefined ? [] : [evidence]],
    ['steps', means?.commands.map(withoutSecrets) ?? []],
    ['programs', digests(means?.programs ?? {})],
    [
      'scripts of',
      Object.entries(means?.checkouts ?? {}).map(([dir, id]) => `${dir}  commit ${id}`),
    ],
    ['job', receipt === undefined ? [] : [receipt]],
    ['inputs', digests(signature.inputs)],
    ['patterns', digests(signature.globs)],
    ['depends on', digests({ ...signature.deps, ...signature.gathered })],
    ['parameters', settings(signature.params)],
    ['environment', settings(signature.env)],
    ['seen', signature.observed === undefined ? [] : [signature.observed.note]],
    ['outputs', digests(outputs)],
    ['log', log === undefined ? [] : [log]],
  ];
  const gone = superseded
    ? [
        `A later run did not make it: \`${typed('why', target)}\` tells of that. This is what the last good one went by.`,
      ]
    : [];
  return [
    paint('bold', display(target)),
    ...sections.flatMap(([label, lines]) => section(label, lines, width)),
    ...gone,
  ].join('\n');
}

const LABEL = 13;

function section(label: string, lines: readonly string[], width: number): readonly string[] {
  return lines
    .flatMap((line) => wrap(display(line), width - LABEL, '  '))
    .map((line, i) => `${(i === 0 ? label : '').padEnd(LABEL)}${line}`);
}

function digests(all: { readonly [name: string]: string }): readonly string[] {
  return table(Object.entries(all).map(([name, digest]) => [display(name), digest]));
}

function settings(all: { readonly [name: string]: Json }): readonly string[] {
  return Object.entries(all).map(
    ([name, value]) => `${name} = ${looksSecret(name) ? '***' : valueText(value)}`,
  );
}

/** As data. Digests are the first 22 characters of the SHA-256 in base64url. */
export function provenanceJson(all: readonly Provenance[]): object {
  return { schema: 'desgw/show', version: 1, targets: all.map(targetJson) };
}

function targetJson({ target, built, by, begun, means, log, superseded }: Provenance): object {
  const { signature, outputs, receipt, evidence, because, how, at, ms, run } = built;
  const shown = (all: { readonly [name: string]: Json }) =>
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, looksSecret(name) ? '***' : value]),
    );
  return {
    ...{ target, how, at, ms, run, superseded },
    because: because.map(reasonText),
    ...(begun === undefined ? {} : { begun }),
    ...(by === undefined
      ? {}
      : {
          by: {
            ...{ user: by.by.user, host: by.by.host, command: by.command },
            ...{ desgw: by.desgw, node: by.node, invocation: by.number },
          },
        }),
    ...(means === undefined ? {} : { ...means, commands: means.commands.map(withoutSecrets) }),
    inputs: { ...signature.inputs },
    patterns: { ...signature.globs },
    deps: { ...signature.deps, ...signature.gathered },
    params: shown(signature.params),
    env: shown(signature.env),
    ...(signature.observed === undefined ? {} : { seen: signature.observed.note }),
    outputs: { ...outputs },
    ...(receipt === undefined ? {} : { receipt }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(log === undefined ? {} : { log }),
  };
}
