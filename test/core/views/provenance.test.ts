import { expect, test } from 'vitest';
import { History } from '../../../core/memory/history.ts';
import { type Provenance, provenanceOf } from '../../../core/memory/provenance.ts';
import type { Trace } from '../../../core/memory/trace.ts';
import { provJson } from '../../../core/views/prov.ts';
import { provenanceJson, provenanceText } from '../../../core/views/provenance.ts';
import { roCrate } from '../../../core/views/ro-crate.ts';
import { plain } from '../../../core/words/paint.ts';
import { builtTrace } from '../../support/plans.ts';
import { stubWorld } from '../stub-world.ts';

const AT = Date.UTC(2017, 7, 18);

/** `b` was made from `a`, which was adopted; `c` was begun by one invocation and followed by another. */
function provenance(): readonly Provenance[] {
  const world = stubWorld({});
  const by = { ...world.processes.self, user: 'mara', host: 'des91' };
  const keeping = (command: string) =>
    new History(world.files, world.clock, { command, desgw: '0.1.0', node: 'v20.19.0', by });
  const { signature } = builtTrace();
  const traces = new Map<string, Trace>([
    ['a', builtTrace({ how: 'adopted', evidence: 'a.txt is there', outputs: { 'a.txt': 'D1' } })],
    [
      'b',
      builtTrace({
        run: 2,
        receipt: '12.0@jobsub01.fnal.gov',
        signature: {
          ...signature,
          inputs: { 'a.txt': 'D1', '/data/flat 1.fits': 'D2', gone: 'absent' },
          deps: { a: 'P1' },
          params: { cut: 0.3, api_token: 'hunter2' },
        },
        outputs: { 'b.txt': 'D3', 'out/*.dat': 'D4' },
      }),
    ],
    ['c', builtTrace({ outputs: {} })],
  ]);
  const first = keeping('desgw adopt a');
  first.note('a', traces.get('a')!);
  const second = keeping('desgw build');
  for (const name of ['b', 'c']) {
    const { how: _, ms: __, outputs: ___, receipt: ____, ...base } = builtTrace();
    const { run } = traces.get(name)!;
    second.means(name, {
      commands: [`$ ./make --token=hunter2 ${name}`],
      programs: { make: 'D5' },
      checkouts: { '.': 'c0ffee' },
    });
    second.note(name, { ...base, run, at: AT - 60_000, kind: 'started', token: 'T' });
  }
  second.note('b', traces.get('b')!);
  keeping('desgw build --no-wait').note('c', traces.get('c')!);
  return provenanceOf(['a', 'b', 'c', 'unknown'], traces, world.files);
}

test('each target is told with who made it, by what, from what', () => {
  const [a, b, c] = provenance();
  expect([a!.by?.number, b!.by?.number, c!.by?.number]).toEqual([1, 2, 2]);
  expect([a!.superseded, b!.superseded]).toEqual([false, false]);
  expect(c!.means?.programs).toEqual({ make: 'D5' });
  const text = provenanceText([b!], { paint: plain, width: 100, now: AT + 3_600_000 });
  expect(text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, 'WHEN').split('\n')).toEqual([
    'b',
    'made         WHEN, 1h 00m ago, in 1.5s',
    'by           mara on des91, with desgw 0.1.0 and Node v20.19.0',
    '             desgw build   (2 in `desgw history`)',
    'because      never built',
    'steps        $ ./make --token=*** b',
    'programs     make  D5',
    'scripts of   .  commit c0ffee',
    'job          12.0@jobsub01.fnal.gov',
    'inputs       a.txt              D1',
    '             /data/flat 1.fits  D2',
    '             gone               absent',
    'depends on   a  P1',
    'parameters   cut = 0.3',
    '             api_token = ***',
    'outputs      b.txt      D3',
    '             out/*.dat  D4',
  ]);
});

test('what was marked by hand is told so, in the column of labels', () => {
  const [a] = provenance();
  const marked = { ...a!, built: { ...a!.built, how: 'marked' as const } };
  const text = provenanceText([marked], { paint: plain, width: 100, now: AT });
  expect(text.split('\n')[1]).toMatch(/^marked {7}\d{4}-/);
});

test('no form of it tells a secret', () => {
  const all = provenance();
  const options = { paint: plain, width: 100, now: AT };
  const forms = [
    provenanceText(all, options),
    ...[provenanceJson(all), roCrate(all, { name: 'w', now: AT }), provJson(all, '/w')].map((one) =>
      JSON.stringify(one),
    ),
  ];
  for (const form of forms) {
    expect(form).not.toContain('hunter2');
    expect(form).toContain('***');
  }
});

interface Entity {
  readonly '@id': string;
  readonly '@type': string | readonly string[];
  readonly [property: string]: unknown;
}

/** The rules of RO-Crate 1.1 and Process Run Crate 0.5 that concern what we write. */
function crateFaults(crate: object): readonly string[] {
  const { '@context': context, '@graph': graph } = crate as {
    '@context': unknown;
    '@graph': readonly Entity[];
  };
  const byId = new Map(graph.map((entity) => [entity['@id'], entity]));
  const root = byId.get('./');
  const metadata = byId.get('ro-crate-metadata.json');
  const types = (entity: Entity | undefined) => [entity?.['@type'] ?? []].flat();
  const refs = (value: unknown): readonly string[] =>
    [value]
      .flat()
      .flatMap((one) =>
        typeof one === 'object' && one !== null && '@id' in one ? [String(one['@id'])] : [],
      );
  const parts = new Set(refs(root?.hasPart));
  const files = graph.filter((entity) => types(entity).includes('File'));
  const actions = graph.filter((entity) => types(entity).includes('CreateAction'));
  const outside = (id: string) => /^https?:/.test(id) && !byId.has(id);
  return [
    ...(context === 'https://w3id.org/ro/crate/1.1/context' ? [] : ['context']),
    ...(byId.size === graph.length ? [] : ['two entities have one @id']),
    ...(types(metadata).includes('CreativeWork') &&
    refs(metadata?.about)[0] === './' &&
    refs(metadata?.conformsTo)[0] === 'https://w3id.org/ro/crate/1.1'
      ? []
      : ['metadata descriptor']),
    ...['name', 'description', 'datePublished', 'license'].filter(
      (key) => root?.[key] === undefined,
    ),
    ...(types(root).includes('Dataset') ? [] : ['root']),
    ...files.map((f) => f['@id']).filter((id) => !parts.has(id)),
    ...files
      .map((f) => f['@id'])
      .filter((id) => /^[./]|\s/.test(id) || !URL.canParse(id, 'file:///w/')),
    ...graph.flatMap((entity) =>
      Object.values(entity)
        .flatMap(refs)
        .filter((id) => !byId.has(id) && !outside(id))
        .map((id) => `${entity['@id']} refers to ${id}, which is not described`),
    ),
    ...graph.filter((entity) => types(entity).length === 0).map((e) => `${e['@id']} has no type`),
    ...(refs(root?.conformsTo).some((id) => id.includes('/wfrun/process/')) ? [] : ['profile']),
    ...actions
      .filter(
        (action) =>
          !refs(root?.mentions).includes(action['@id']) ||
          (action.endTime !== undefined && Number.isNaN(Date.parse(String(action.endTime)))),
      )
      .map((action) => `action ${action['@id']}`),
  ];
}

test('as RO-Crate it is one that keeps the rules', () => {
  const crate = roCrate(provenance(), { name: 'w', now: AT });
  expect(crateFaults(crate)).toEqual([]);
  const graph = (crate as { '@graph': readonly Entity[] })['@graph'];
  expect(graph.find((entity) => entity['@id'] === '#b/2')).toMatchObject({
    '@type': 'CreateAction',
    agent: { '@id': '#mara%40des91' },
    object: [
      { '@id': 'a.txt' },
      { '@id': 'file:///data/flat%201.fits' },
      { '@id': '#b/parameter/cut' },
      { '@id': '#b/parameter/api_token' },
    ],
    result: [{ '@id': 'b.txt' }, { '@id': '#files/out%2F*.dat' }],
    startTime: '2017-08-17T23:59:00.000Z',
    endTime: '2017-08-18T00:00:00.000Z',
  });
  // The checks find what they are there for.
  const broken = JSON.parse(JSON.stringify(crate).replaceAll('"b.txt"', '"/b.txt"'));
  expect(crateFaults(broken)).not.toEqual([]);
});

/** What PROV-JSON and PROV-DM ask of the relations that we write: argument -> kind of what it names. */
const ARGUMENTS: { readonly [relation: string]: { readonly [argument: string]: string } } = {
  wasGeneratedBy: { 'prov:entity': 'entity', 'prov:activity': 'activity' },
  used: { 'prov:activity': 'activity', 'prov:entity': 'entity' },
  wasAssociatedWith: { 'prov:activity': 'activity', 'prov:agent': 'agent' },
  actedOnBehalfOf: { 'prov:delegate': 'agent', 'prov:responsible': 'agent' },
  hadMember: { 'prov:collection': 'entity', 'prov:entity': 'entity' },
};

type Records = { readonly [id: string]: { readonly [name: string]: unknown } };

function provFaults(document: object): readonly string[] {
  const { prefix, entity, activity, agent, ...relations } = document as {
    readonly prefix: { readonly [name: string]: string };
  } & { readonly [kind: string]: Records };
  const known: { readonly [kind: string]: Records } = {
    ...{ entity: entity!, activity: activity!, agent: agent! },
  };
  const prefixes = new Set([...Object.keys(prefix), 'prov', 'xsd']);
  const qualified = (name: string) =>
    /^[a-z]+:[^\s"'()<>]+$/.test(name) && prefixes.has(name.split(':')[0]!);
  return [
    ...Object.values(prefix).filter((uri) => !URL.canParse(uri)),
    ...Object.values(known)
      .flatMap((all) => Object.entries(all))
      .flatMap(([id, attributes]) => [id, ...Object.keys(attributes)])
      .filter((name) => !qualified(name)),
    ...Object.entries(relations).flatMap(([relation, records]) =>
      Object.entries(records).flatMap(([id, attributes]) => [
        ...(id.startsWith('_:') ? [] : [id]),
        ...Object.entries(ARGUMENTS[relation] ?? { unknown: relation })
          .filter(([argument, kind]) => known[kind]?.[String(attributes[argument])] === undefined)
          .map(([argument]) => `${relation} ${id}: ${argument}`),
      ]),
    ),
    ...Object.values(known.activity!)
      .flatMap((one) => [one['prov:startTime'], one['prov:endTime']])
      .filter((time) => time !== undefined && Number.isNaN(Date.parse(String(time))))
      .map(String),
  ];
}

test('as PROV-JSON every relation is between things that are described', () => {
  const document = provJson(provenance(), '/data/my night');
  expect(provFaults(document)).toEqual([]);
  expect(document).toMatchObject({
    prefix: { file: 'file:///data/my%20night/' },
    activity: { 'run:b/2': { 'prov:endTime': '2017-08-18T00:00:00.000Z' } },
    agent: { 'who:mara@des91': { 'prov:type': { $: 'prov:Person', type: 'prov:QUALIFIED_NAME' } } },
  });
  const broken = JSON.parse(JSON.stringify(document).replaceAll('"made:a"', '"made:x y"'));
  expect(provFaults(broken)).not.toEqual([]);
});
