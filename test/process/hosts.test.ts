/**
 * Two hosts on one directory: containers with a host name, process ids, a network and a boot of
 * their own. They are made by root alone.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type Started, until, type Workspace, workspace } from './workspace.ts';

const BOOTS = {
  des91: '11111111-1111-4111-8111-111111111111',
  des92: '22222222-2222-4222-8222-222222222222',
  again: '33333333-3333-4333-8333-333333333333',
};

const UP = `hostname "$1" && mount --bind "$2" /proc/sys/kernel/random/boot_id || exit 99
shift 2; exec "$@"`;
const unshared = ['unshare', '-f', '-p', '-m', '-u', '-n', '--kill-child', '--mount-proc'];
const APART = [...unshared, 'sh', '-c', UP, 'host'];

let w: Workspace;
afterEach(() => w?.dispose());

/** Words before a command that runs it on a host of that name, in that boot of it. */
function on(host: 'des91' | 'des92', boot: keyof typeof BOOTS = host): readonly string[] {
  w.put(`boot-${boot}`, `${BOOTS[boot]}\n`);
  return [...APART, host, w.path(`boot-${boot}`)];
}

function canBeApart(): boolean {
  w = workspace('a', `target('a', { recipe: [sh('true')] })`);
  const [program, ...words] = on('des91');
  const { status, stdout } = spawnSync(program!, [...words, 'hostname'], { encoding: 'utf8' });
  w.dispose();
  return status === 0 && stdout === 'des91\n';
}

/** A builder on des91 whose program waits at a gate. */
async function busy(): Promise<Started> {
  w = workspace(
    'a',
    `target('a', { outputs: ['a'], recipe: [sh('echo a >> ran; echo up > ready; read -r x < go; echo made > a')] }),
     target('b', { outputs: ['b'], recipe: [sh('echo made > b')] })`,
  );
  w.pipe('ready');
  w.pipe('go');
  const first = w.startWithin(on('des91'), ['build']);
  await w.heard('ready');
  return first;
}

// Anybody but root skips these: two hosts cannot be had without name spaces.
const twoHosts = test.runIf(canBeApart());

twoHosts.each([
  ['another host', 'des92', 'des92'],
  ['another boot of the same host name', 'des91', 'again'],
] as const)(
  'the lock of a living builder is not taken by %s, nor when it is gone, but on a word',
  async (_, host, boot) => {
    const first = await busy();
    const asked = await w.within(on(host, boot), ['build', '--no-wait', 'b']);
    expect([asked.status, asked.err]).toEqual([3, expect.stringContaining('root on des91')]);
    first.kill('SIGKILL');
    await first.ended;
    const later = await w.within(on(host, boot), ['build', '--no-wait', 'b']);
    expect([later.status, later.err]).toEqual([3, expect.stringContaining('desgw unlock')]);
    expect((await w.within(on(host, boot), ['unlock', '--yes'])).status).toBe(0);
    expect((await w.within(on(host, boot), ['build', '--no-wait', 'b'])).status).toBe(0);
    expect(w.text('ran')).toBe('a\n');
  },
);

twoHosts('of many builders on two hosts one at a time is at work', async () => {
  const names = Array.from({ length: 6 }, (_, i) => `t${i}`);
  const noted = (name: string): string =>
    `target('${name}', { outputs: ['${name}'], recipe: [sh('mkdir inside && echo made > ${name} && rmdir inside')] })`;
  w = workspace('all', `group('all', [${names.map((n) => `'${n}'`)}]), ${names.map(noted)}`);
  const hosts = names.map((_, i) => on(i % 2 === 0 ? 'des91' : 'des92'));
  const ends = await Promise.all(names.map((name, i) => w.within(hosts[i]!, ['build', name])));
  expect(ends.map(({ status, err }) => [status, err])).toEqual(names.map(() => [0, '']));
});

const GOES_ON = `target('a', { outputs: ['a'], recipe: [sh('echo a >> ran; echo up > ready; read -r x < go; echo made > a', { detached: 'rerun' })] })`;

twoHosts(
  'what goes on by itself on another host is not begun again, and is collected',
  async () => {
    w = workspace('a', GOES_ON);
    for (const name of ['ready', 'go', 'stop', 'off']) w.pipe(name);
    // A host stays up when a build on it has ended: its first process is not the build.
    const init = '"$@" & read -r x < stop; kill $!; wait $!; read -r x < off';
    const des91 = w.startWithin([...on('des91'), 'sh', '-c', init, 'init'], ['build']);
    await w.heard('ready');
    await w.tell('stop');
    await until(() => w.text('.desgw/lock') === undefined);
    const seen = await w.within(on('des92'), ['build']);
    expect([seen.status, w.text('ran')], seen.out).toEqual([4, 'a\n']);
    expect(seen.out).toContain('started on another host');
    await w.tell('go');
    await until(
      () => w.text(`.desgw/runs/${readdirSync(w.path('.desgw/runs'))[0]}/exit`) === '0\n',
    );
    const { status, out } = await w.within(on('des92'), ['build']);
    expect([status, w.text('a'), w.text('ran')], out).toEqual([0, 'made\n', 'a\n']);
    await w.tell('off');
    await des91.ended;
  },
);

twoHosts('what may have vanished with another host is begun again on a word alone', async () => {
  w = workspace('a', GOES_ON);
  for (const name of ['ready', 'go']) w.pipe(name);
  const des91 = w.startWithin(on('des91'), ['build']);
  await w.heard('ready');
  des91.kill('SIGKILL');
  await des91.ended;
  expect((await w.within(on('des92'), ['unlock', '--yes'])).status).toBe(0);
  const { status, out } = await w.within(on('des92'), ['build']);
  expect([status, w.text('ran')], out).toEqual([4, 'a\n']);
  const why = await w.within(on('des92'), ['why', 'a']);
  for (const said of [out, why.out]) {
    expect(said).toContain(
      'When it does not run any more: `desgw mark not-done a` and build again.',
    );
    expect(said).not.toContain('mark submitted');
  }
  const marked = await w.within(on('des92'), ['mark', 'not-done', 'a']);
  expect(marked.status, marked.err).toBe(0);
  const again = w.startWithin(on('des92'), ['build']);
  await w.heard('ready');
  await w.tell('go');
  expect([(await again.ended).status, w.text('ran')]).toEqual([0, 'a\na\n']);
});
