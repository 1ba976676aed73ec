/** Who does not watch a build is told of what it came upon: once, seldom, and without a secret. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe } from 'vitest';
import { schemaFaults } from '../support/schemas.ts';
import { test, type Workspace } from './workspace.ts';

const MINUTE = 60_000;

/** Targets that fail as long as there is a file of that name, and one that is a milestone. */
function rules(w: Workspace, notify: string): void {
  w.write('sendmail', '#!/bin/sh\necho "$@" >> mails; cat >> mails; echo ---- >> mails\n');
  w.write('keep', '#!/bin/sh\ncat >> messages\n');
  w.rules(
    `
    target('a', { outputs: ['a.txt'], recipe: [sh('a', '[ ! -e a-fails ] && echo a > a.txt')] }),
    target('b', { outputs: ['b.txt'], recipe: [sh('b', '[ ! -e b-fails ] && echo b > b.txt')] }),
    target('goal', { deps: ['a', 'b'], milestone: 'all is ready', outputs: ['goal.txt'], recipe: [sh('goal', 'echo > goal.txt')] }),`,
    `goal: 'goal', notify: [${notify}],
     commands: { news: { doc: 'for cron', run: async (call) => {
       const { text } = await call.changes(); if (text !== '') call.print(text); return 0; } } }`,
  );
}

const MAIL = `{ kind: 'mail', to: 'list@example.org', program: './sendmail' }`;
const KEEP = `{ kind: 'command', argv: ['sh', 'keep'] }`;

interface Message {
  readonly subject: string;
  readonly matters: readonly { readonly occasion: string; readonly text: string }[];
}

const messages = (w: Workspace): readonly Message[] =>
  w.exists('messages')
    ? w
        .read('messages')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

const told = (w: Workspace) => messages(w).map(({ matters }) => matters.map(({ text }) => text));

describe.concurrent('notify', () => {
  test('each matter is told once, one message in ten minutes, and what came between is gathered', async ({
    w,
    expect,
  }) => {
    rules(w, KEEP);
    const at = (minutes: number) => ({ with: { clock: { by: minutes * MINUTE } } });
    w.write('a-fails', '');
    expect((await w.desgw(['build', '-n'], at(0))).code).toBe(0);
    expect(messages(w)).toEqual([]);
    expect((await w.desgw(['build'], at(0))).code).toBe(1);
    expect(told(w)).toEqual([['a failed: sh ended with exit status 1']]);
    // The same again is no news.
    expect((await w.desgw(['build'], at(11))).code).toBe(1);
    expect(told(w)).toHaveLength(1);
    // b fails as well, too soon after a message about something else.
    w.write('b-fails', '');
    await w.desgw(['clean', 'b', '-y']);
    expect((await w.desgw(['build'], at(12))).code).toBe(1);
    expect(told(w).at(-1)).toEqual(['b failed: sh ended with exit status 1']);
    await w.desgw(['clean', 'a', 'b', '-y']);
    w.write('go', '');
    const { rmSync } = await import('node:fs');
    rmSync(join(w.dir, 'a-fails'));
    rmSync(join(w.dir, 'b-fails'));
    const good = await w.desgw(['build'], at(13));
    expect(good.code).toBe(0);
    expect(good.err).toContain('one message in ten minutes is enough');
    expect(told(w)).toHaveLength(2);
    // A build with nothing to do sends what is waiting.
    expect((await w.desgw(['build'], at(23))).code).toBe(0);
    expect(told(w)).toHaveLength(3);
    expect(told(w).at(-1)).toEqual(['all is ready', 'goal: all up to date']);
    expect(messages(w).map(({ subject }) => subject)).toEqual([
      'desgw w: 1 failed',
      'desgw w: 1 failed',
      'desgw w: ready, finished',
    ]);
    for (const message of messages(w)) expect(schemaFaults('notification', message)).toBe('');
    // What was mended and fails again is told again.
    w.write('a-fails', '');
    await w.desgw(['clean', 'a', '-y']);
    expect((await w.desgw(['build'], at(40))).code).toBe(1);
    expect(told(w).at(-1)).toEqual(['a failed: sh ended with exit status 1']);
  });

  test('mail goes through sendmail, and only of what is asked for', async ({ w, expect }) => {
    rules(
      w,
      `{ kind: 'mail', to: ['a@example.org', 'b@example.org'], program: './sendmail', on: ['finished'] }`,
    );
    const { chmodSync } = await import('node:fs');
    chmodSync(join(w.dir, 'sendmail'), 0o755);
    expect((await w.desgw(['build'])).code).toBe(0);
    expect(w.read('mails').split('\n')).toEqual([
      '-t -i',
      'To: a@example.org, b@example.org',
      'Subject: desgw w: finished',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      'Auto-Submitted: auto-generated',
      '',
      '- goal: all up to date',
      '',
      expect.stringMatching(/^`desgw status` in \/.* tells all of it \(\S+ on \S+\)\.$/),
      '----',
      '',
    ]);
  });

  test('a webhook gets what Slack takes; its address is told nowhere, also when it fails', async ({
    w,
    expect,
  }) => {
    const got: unknown[] = [];
    let status = 200;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        got.push([request.url, JSON.parse(body)]);
        response.writeHead(status).end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const address = `http://127.0.0.1:${port}/services/T00/B00/verysecret`;
      w.write('hook', `${address},#desgw\n`);
      rules(w, `{ kind: 'slack', file: 'hook' }`);
      const good = await w.desgw(['build']);
      expect([good.code, good.err]).toEqual([0, '']);
      expect(got).toEqual([
        [
          '/services/T00/B00/verysecret',
          {
            channel: '#desgw',
            text: expect.stringMatching(/^\*desgw w: ready, finished\*\n- all is ready\n/),
          },
        ],
      ]);
      status = 403;
      rules(w, `{ kind: 'slack', env: 'HOOK' }`);
      await w.desgw(['clean', 'goal', '-y']);
      const refused = await w.desgw(['build'], {
        env: { HOOK: address },
        with: { clock: { by: 11 * MINUTE } },
      });
      expect(refused.code).toBe(0);
      expect(refused.err).toContain(
        'desgw: nobody was notified by slack: it was answered with status 403',
      );
      const kept = Object.keys(w.tree()).filter(
        (path) => path.startsWith('.desgw/') && /\.(json|jsonl|log)$/.test(path),
      );
      for (const text of [good.out, refused.out, refused.err, ...kept.map((path) => w.read(path))])
        expect(text).not.toContain('verysecret');
    } finally {
      server.close();
    }
  });

  test('who cannot be told fails no build, and what reached nobody goes with the next message', async ({
    w,
    expect,
  }) => {
    rules(w, MAIL.replace('./sendmail', './no-such-program'));
    const failing = await w.desgw(['build']);
    expect(failing.code).toBe(0);
    expect(failing.err).toContain(
      'desgw: nobody was notified by mail: ./no-such-program could not be started',
    );
    rules(w, KEEP);
    expect((await w.desgw(['build'], { with: { clock: { by: 11 * MINUTE } } })).code).toBe(0);
    expect(told(w)).toEqual([['all is ready', 'goal: all up to date']]);
    rules(w, `{ kind: 'slack' }, { kind: 'mial', to: 'x' }`);
    const wrong = await w.desgw(['build']);
    expect([wrong.code, wrong.err.includes("Did you mean 'mail'?")]).toEqual([2, true]);
  });

  test('changes are told once for cron, and those that nobody heard of yet are sent', async ({
    w,
    expect,
  }) => {
    rules(w, '');
    w.write('a-fails', '');
    expect((await w.desgw(['build'])).code).toBe(1);
    rules(w, KEEP);
    const news = async (minutes: number) => {
      const with_ = { clock: { by: minutes * MINUTE } };
      const { out, code, err } = await w.desgw(['news'], { with: with_ });
      expect([code, err]).toEqual([0, '']);
      return out.replace(/since \d\S+ \S+:/, 'since THEN:');
    };
    expect(await news(0)).toBe(
      'since the beginning:\n  failed    a: sh ended with exit status 1\n  done      b\n',
    );
    expect(told(w)).toEqual([['a failed: sh ended with exit status 1']]);
    expect([await news(1), await news(20)]).toEqual(['', '']);
    const { rmSync } = await import('node:fs');
    rmSync(join(w.dir, 'a-fails'));
    expect((await w.desgw(['build'], { with: { clock: { by: 30 * MINUTE } } })).code).toBe(0);
    expect(await news(31)).toBe('since THEN:\n  done      a and goal\n');
    expect(told(w)).toHaveLength(2);
    w.write('a.txt', 'by hand');
    expect(await news(50)).toContain('since THEN:\n  edited    a');
    expect(told(w).at(-1)).toEqual([expect.stringMatching(/^a is edited/)]);
  });
});
