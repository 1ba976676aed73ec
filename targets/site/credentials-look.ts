/** Looks at credentials: when they end, and nothing else. No content is passed on. */
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Adapter, type Answer, type Exec, exec, type Json } from '../../core/index.ts';
import type { CredentialsSeen } from '../grid/credentials.ts';
import { readTicket, tokenExpiry, tokenName } from '../grid/ticket.ts';

/** Where the credentials of a site are, and how they are renewed. */
export interface CredentialsAt {
  /** What is looked at; files that are not there are left out. */
  readonly klist: Exec;
  readonly tokens: (workspace: string) => { readonly bearer: string; readonly vault: string };
}

/** The adapter `credentials`: starts klist, which asks nobody, and looks at two files. */
export function credentialsLook({ klist, tokens }: CredentialsAt): Adapter {
  return {
    dry: false,
    timeout: (klist.timeout ?? 10) * 2 + 5,
    ask: async (_question, { run, workspace }) => {
      const { bearer, vault } = tokens(workspace);
      const listed = await run(klist);
      const found = readTicket(listed);
      const ticket = found ?? ((await isUnknown(listed, klist, run)) ? 'unknown' : 'none');
      const given = process.env.BEARER_TOKEN;
      const tokenEnds =
        given === undefined
          ? await readFile(bearer, 'utf8').then(tokenExpiry, absent)
          : tokenExpiry(given);
      const vaultSince = await stat(vault).then(({ mtimeMs }) => mtimeMs, absent);
      const seen: CredentialsSeen = {
        ticket,
        ...(tokenEnds === undefined ? {} : { tokenEnds }),
        ...(vaultSince === undefined ? {} : { vaultSince }),
      };
      return seen as unknown as Json;
    },
  };
}

/** Whether there may be a ticket although klist told of none that is understood. */
async function isUnknown(
  { exit }: Answer,
  klist: Exec,
  run: (exec: Exec) => Promise<Answer>,
): Promise<boolean> {
  if (exit.kind !== 'exit') return true;
  if (exit.code !== 0) return false;
  const silent = await run({ ...klist, argv: [...klist.argv, '-s'] });
  return silent.exit.kind !== 'exit' || silent.exit.code === 0;
}

/** A file that is not there, or is another's, tells nothing. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(error.code ?? '')) return undefined;
  throw error;
}

/** Where jobsub_lite and htgettoken keep tokens. */
export function tokensIn(account: { readonly experiment: string; readonly role: string }) {
  const uid = process.getuid?.() ?? 0;
  const name = tokenName(account.experiment, account.role, uid);
  return {
    bearer: process.env.BEARER_TOKEN_FILE ?? join(process.env.TMPDIR ?? tmpdir(), name),
    vault: `/tmp/vt_u${uid}`,
  };
}

/** The commands that renew, each without a word to anybody. */
export function renewals(
  programs: { readonly kinit: string; readonly htgettoken: string },
  account: { readonly experiment: string; readonly role: string },
  surroundings: Pick<Exec, 'env' | 'passEnv'>,
) {
  const quietly = { ...surroundings, okExits: 'any', timeout: 60 } as const;
  const { experiment, role } = account;
  return {
    ticket: exec([programs.kinit, '-R'], quietly),
    vault: exec(
      [
        programs.htgettoken,
        ...['-i', experiment, '-r', role.toLowerCase()],
        ...['--nooidc', '--vaulttokenminttl=2d', '-q'],
      ],
      quietly,
    ),
  };
}
