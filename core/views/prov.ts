/** Provenance as PROV-JSON (https://www.w3.org/submissions/prov-json/): activities, entities, agents. */

import { pathToFileURL } from 'node:url';
import { ABSENT } from '../api/digest.ts';
import type { Path } from '../api/values.ts';
import type { Provenance } from '../memory/provenance.ts';
import { withoutSecrets } from '../words/secrets.ts';
import { isoTime } from '../words/time.ts';

type Attributes = { readonly [name: string]: unknown };
type Records = { [id: string]: Attributes };

/** The document. @param workspace absolute path, which files are named by */
export function provJson(all: readonly Provenance[], workspace: Path): object {
  const entity: Records = {};
  const activity: Records = {};
  const agent: Records = {};
  const relations = new Relations();
  for (const one of all) describe(one, { entity, activity, agent, relations });
  return {
    prefix: {
      file: `${pathToFileURL(workspace).href}/`,
      abs: 'file:///',
      run: 'urn:desgw:run:',
      made: 'urn:desgw:made:',
      who: 'urn:desgw:who:',
      desgw: 'urn:desgw:terms:',
    },
    entity,
    activity,
    agent,
    ...relations.all,
  };
}

/** Relations have names of their own, by number. */
class Relations {
  readonly all: { [kind: string]: Records } = {};
  #next = 1;
  add(kind: string, attributes: Attributes): void {
    this.all[kind] ??= {};
    this.all[kind][`_:r${this.#next++}`] = attributes;
  }
}

interface Document {
  readonly entity: Records;
  readonly activity: Records;
  readonly agent: Records;
  readonly relations: Relations;
}

function describe(one: Provenance, { entity, activity, agent, relations }: Document): void {
  const { target, built, begun, means } = one;
  const { signature, outputs, receipt, at, how, run } = built;
  const id = `run:${local(target)}/${run}`;
  const made = `made:${local(target)}`;
  activity[id] = {
    'prov:label': target,
    ...(begun === undefined ? {} : { 'prov:startTime': isoTime(begun) }),
    'prov:endTime': isoTime(at),
    'desgw:how': how,
    ...(means === undefined ? {} : { 'desgw:command': means.commands.map(withoutSecrets) }),
    ...(receipt === undefined ? {} : { 'desgw:job': receipt }),
  };
  entity[made] ??= { 'prov:label': `what ${target} made`, 'prov:type': named('prov:Collection') };
  relations.add('wasGeneratedBy', {
    ...{ 'prov:entity': made, 'prov:activity': id, 'prov:time': isoTime(at) },
  });
  const fileOf = (path: Path, digest: string): string => {
    const name = fileName(path, digest);
    entity[name] ??= { 'prov:label': path, 'desgw:digest': digest };
    return name;
  };
  for (const [path, digest] of present(outputs)) {
    const file = fileOf(path, digest);
    relations.add('wasGeneratedBy', { 'prov:entity': file, 'prov:activity': id });
    relations.add('hadMember', { 'prov:collection': made, 'prov:entity': file });
  }
  const used = [
    ...present(signature.inputs),
    ...present(signature.globs),
    ...present(means?.programs ?? {}),
  ];
  for (const [path, digest] of used)
    relations.add('used', { 'prov:activity': id, 'prov:entity': fileOf(path, digest) });
  for (const [dep, digest] of present({ ...signature.deps, ...signature.gathered })) {
    const from = `made:${local(dep)}`;
    entity[from] ??= { 'prov:label': `what ${dep} made`, 'prov:type': named('prov:Collection') };
    relations.add('used', { 'prov:activity': id, 'prov:entity': from, 'desgw:digest': digest });
  }
  describeWho(one, id, { agent, relations });
}

function describeWho(
  { by }: Provenance,
  id: string,
  { agent, relations }: Pick<Document, 'agent' | 'relations'>,
): void {
  if (by === undefined) return;
  const person = `who:${local(`${by.by.user}@${by.by.host}`)}`;
  const engine = `who:desgw-${local(by.desgw)}`;
  agent[person] = {
    'prov:type': named('prov:Person'),
    'prov:label': by.by.user,
    'desgw:host': by.by.host,
  };
  agent[engine] = {
    'prov:type': named('prov:SoftwareAgent'),
    'prov:label': `desgw ${by.desgw}`,
    'desgw:node': by.node,
  };
  relations.add('wasAssociatedWith', { 'prov:activity': id, 'prov:agent': engine });
  relations.add('wasAssociatedWith', { 'prov:activity': id, 'prov:agent': person });
  relations.add('actedOnBehalfOf', {
    'prov:delegate': engine,
    'prov:responsible': person,
    'prov:activity': id,
  });
}

const named = (name: string) => ({ $: name, type: 'prov:QUALIFIED_NAME' });

/** The part of a qualified name behind its prefix. */
const local = (text: string): string =>
  text
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/%40/g, '@'))
    .join('/');

const fileName = (path: Path, digest: string): string =>
  `${path.startsWith('/') ? `abs:${local(path.slice(1))}` : `file:${local(path)}`}#${digest}`;

const present = (all: {
  readonly [name: string]: string;
}): readonly (readonly [string, string])[] =>
  Object.entries(all).filter(([, digest]) => digest !== ABSENT);
