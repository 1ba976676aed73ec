import { expect, test } from 'vitest';
import { credentialsLacking, needCredentials } from '../../../targets/commands/credentials.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

const callWith = (answer: object) =>
  ({
    ...{ now: 1000, params: { renewCredentials: true, nightHours: 12 } },
    readText: () => undefined,
    look: async () => [{ kind: 'answer', answer }],
  }) as never;
const site = sandbox({ credentials: true });

test('what is lacking is said with its remedy, and told as the target tells it', async () => {
  const none = callWith({ ticket: 'none' });
  expect(await credentialsLacking(site, none)).toMatchObject({
    what: 'no Kerberos ticket, nor a token',
    told: { occasion: 'credentials' },
  });
  await expect(needCredentials(site, none)).rejects.toThrow('nothing can be submitted');
});

test('what is there, is not known, or is not needed keeps nobody', async () => {
  const there = callWith({ ticket: { begins: 0, ends: 999_999_999 } });
  expect(await credentialsLacking(site, there)).toBeUndefined();
  expect(await credentialsLacking(site, callWith({ ticket: 'unknown' }))).toBeUndefined();
  await expect(needCredentials(sandbox(), callWith({ ticket: 'none' }))).resolves.toBeUndefined();
});
