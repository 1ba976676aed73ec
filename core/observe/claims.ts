/**
 * Claims: files in a shared directory that say who has something. Whoever creates the file has it.
 * A claim that is good for one attempt (`once`) is given back when that attempt has certainly come to
 * nothing; until then it bars everybody, this workspace included, for it may have had its effect.
 */
import type { Facts } from '../api/facts.ts';
import type { Claim } from '../api/steps.ts';
import type { Path } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { recipeOf } from '../graph/recipes.ts';
import { workspaceId } from '../memory/workspace-id.ts';
import type { Files, World } from '../world/world.ts';

interface Written {
  readonly id?: string;
  readonly workspace?: string;
  readonly host?: string;
  readonly user?: string;
  readonly note?: string;
  readonly token?: string;
}

/** Takes the first of the names that is free or ours already; with `all`, every such name. */
export function takeClaim(world: World, claim: Claim, token: string): readonly string[] {
  const { files, processes } = world;
  const { host, user } = processes.self;
  const id = workspaceId(files);
  const text = `${JSON.stringify({ id, workspace: files.root, host, user, note: claim.note, token, ...(claim.about === undefined ? {} : { about: claim.about }) })}\n`;
  const isOurs = (name: string): boolean => {
    const path = pathOf(claim, name);
    if (files.createExclusive(path, text)) return true;
    const written = read(files.readText(path));
    if (claim.once === true) return token !== '' && written?.token === token;
    // Of what several targets want a share of, each has what it took itself.
    if (claim.all === true && written?.note !== claim.note) return false;
    return written?.id === undefined
      ? written?.workspace === files.root && written.host === host
      : written.id === id;
  };
  if (claim.all === true) return claim.names.filter(isOurs);
  const taken = claim.names.find(isOurs);
  return taken === undefined ? [] : [taken];
}

/** Who has the first name of a claim, to follow `taken`. */
export function claimant(files: Files, claim: Claim): string {
  const written = read(files.readText(pathOf(claim, claim.names[0]!)));
  return written === undefined ? '' : ` by ${inWords(written)}`;
}

/** Gives back the claims that an attempt took, now that it is certain that nothing came of it. */
export function giveBackClaims(files: Files, claims: readonly Claim[], token: string): void {
  for (const path of pathsOf(claims))
    if (token !== '' && read(files.readText(path))?.token === token) files.remove(path);
}

/**
 * Takes away every claim on an attempt, whoever has it, on a person's word.
 * @returns whose they were
 */
export function liftClaims(files: Files, claims: readonly Claim[]): readonly string[] {
  return pathsOf(claims).flatMap((path) => {
    const text = files.readText(path);
    if (text === undefined) return [];
    files.remove(path);
    const written = read(text);
    return [written === undefined ? path : `${path} of ${inWords(written)}`];
  });
}

/** The claims of a target that are good for one attempt; none where its steps cannot be told. */
export function claimsOf({ rule }: Node, facts: Facts): readonly Claim[] {
  const { steps } = recipeOf(rule);
  const told = typeof steps === 'function' ? steps(facts) : steps;
  return told.filter((step): step is Claim => step.kind === 'claim' && step.once === true);
}

const pathOf = ({ registry }: Claim, name: string): Path => `${registry}/${name}`;

const pathsOf = (claims: readonly Claim[]): readonly Path[] =>
  claims
    .filter(({ once }) => once === true)
    .flatMap((claim) => claim.names.map((name) => pathOf(claim, name)));

const inWords = ({ user, host, workspace }: Written): string => `${user} on ${host} (${workspace})`;

/** What a claim says; undefined for somebody else's file, which counts as taken. */
function read(text: string | undefined): Written | undefined {
  try {
    const claim: unknown = JSON.parse(text ?? '');
    return typeof claim === 'object' && claim !== null ? claim : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
