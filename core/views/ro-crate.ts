/**
 * Provenance as an RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) of the profile Process Run Crate 0.5:
 * the metadata file of the workspace, with one CreateAction for each target that was made.
 */

import { pathToFileURL } from 'node:url';
import { ABSENT } from '../api/digest.ts';
import type { Instant, Path } from '../api/values.ts';
import type { Provenance } from '../memory/provenance.ts';
import { withoutSecrets } from '../words/secrets.ts';
import { isoTime } from '../words/time.ts';

interface Entity {
  readonly '@id': string;
  readonly '@type': string | readonly string[];
  readonly [property: string]: unknown;
}

interface Reference {
  readonly '@id': string;
}

/** What the crate is of. */
export interface CrateOptions {
  readonly name: string;
  readonly now: Instant;
}

const PROFILE = 'https://w3id.org/ro/wfrun/process/0.5';

/** The content of `ro-crate-metadata.json`. */
export function roCrate(all: readonly Provenance[], { name, now }: CrateOptions): object {
  const entities = new Map<string, Entity>();
  const add = (entity: Entity): Reference => {
    const known = entities.get(entity['@id']);
    // A file that has changed between two runs is an entity of its own for each of its contents.
    const hasChanged = known !== undefined && known.identifier !== entity.identifier;
    const id = hasChanged ? `${entity['@id']}#${entity.identifier}` : entity['@id'];
    if (!entities.has(id)) entities.set(id, { ...entity, '@id': id });
    return { '@id': id };
  };
  const actions = all.map((one) => add(actionOf(one, add)));
  const parts = [...entities.values()]
    .filter((entity) => [entity['@type']].flat().includes('File'))
    .map((entity) => ({ '@id': entity['@id'] }));
  return {
    '@context': 'https://w3id.org/ro/crate/1.1/context',
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        about: { '@id': './' },
        conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
      },
      {
        '@id': './',
        '@type': 'Dataset',
        name,
        description: `How ${all.map(({ target }) => target).join(', ')} came to be, from the record of desgw.`,
        datePublished: isoTime(now),
        license: 'not stated: the record of desgw says nothing of it',
        conformsTo: { '@id': PROFILE },
        hasPart: parts,
        mentions: actions,
      },
      { '@id': PROFILE, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
      ...entities.values(),
    ],
  };
}

type Add = (entity: Entity) => Reference;

function actionOf({ target, built, by, begun, means }: Provenance, add: Add): Entity {
  const { signature, outputs, receipt, at, how } = built;
  const scripts = Object.entries(means?.programs ?? {}).map(([path, digest]) =>
    add({ ...file(path, digest), '@type': ['File', 'SoftwareSourceCode'] }),
  );
  const desgw = by === undefined ? [] : [add(engine(by.desgw, by.node))];
  return {
    '@id': `#${encodeURIComponent(target)}/${built.run}`,
    '@type': 'CreateAction',
    name: how === 'built' ? `made ${target}` : `${how} ${target}`,
    ...(means === undefined ? {} : { description: means.commands.map(withoutSecrets).join('\n') }),
    ...(begun === undefined ? {} : { startTime: isoTime(begun) }),
    endTime: isoTime(at),
    actionStatus: { '@id': 'http://schema.org/CompletedActionStatus' },
    instrument: scripts.length > 0 ? [...scripts, ...desgw] : desgw,
    ...(by === undefined ? {} : { agent: add(person(by.by.user, by.by.host)) }),
    object: [
      ...files(signature.inputs, add),
      ...Object.entries(signature.globs).map(([pattern, digest]) => add(set(pattern, digest))),
      ...Object.entries(signature.params).map(([key, value]) => add(parameter(target, key, value))),
    ],
    result: files(outputs, add),
    ...(receipt === undefined ? {} : { identifier: receipt }),
  };
}

function files(all: { readonly [path: Path]: string }, add: Add): readonly Reference[] {
  return Object.entries(all)
    .filter(([, digest]) => digest !== ABSENT)
    .map(([path, digest]) => add(isPattern(path) ? set(path, digest) : file(path, digest)));
}

const isPattern = (path: Path): boolean => /[*?{[]/.test(path);

/** Relative to the crate, which is the workspace; elsewhere a whole address. */
function file(path: Path, digest: string): Entity {
  const id = path.startsWith('/')
    ? pathToFileURL(path).href
    : path.split('/').map(encodeURIComponent).join('/');
  return { '@id': id, '@type': 'File', name: path, identifier: `sha256-22:${digest}` };
}

const set = (pattern: string, digest: string): Entity => ({
  '@id': `#files/${encodeURIComponent(pattern)}`,
  '@type': 'Collection',
  name: `files matching ${pattern}`,
  identifier: `sha256-22:${digest}`,
});

const parameter = (target: string, name: string, value: unknown): Entity => ({
  '@id': `#${encodeURIComponent(target)}/parameter/${encodeURIComponent(name)}`,
  '@type': 'PropertyValue',
  name,
  value: withoutSecrets(
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ).slice(name.length + 1),
});

const person = (user: string, host: string): Entity => ({
  '@id': `#${encodeURIComponent(`${user}@${host}`)}`,
  '@type': 'Person',
  name: `${user} on ${host}`,
});

const engine = (desgw: string, node: string): Entity => ({
  '@id': `#desgw-${desgw}-${node}`,
  '@type': 'SoftwareApplication',
  name: 'desgw',
  softwareVersion: desgw,
  softwareRequirements: `Node ${node}`,
});
