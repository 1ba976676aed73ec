import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { doctorChecks } from '../../../targets/doctor/checks.ts';
import {
  type Check,
  doctorExit,
  doctorTable,
  examine,
  type Finding,
} from '../../../targets/doctor/doctor.ts';
import { findings, folder, site, tools } from './examined.ts';

describe('a healthy site', () => {
  test('has every finding ok, in the order of the checks, and nothing is changed', async () => {
    const before = readdirSync(folder, { recursive: true }).sort();
    const found = await findings({ outdir: folder });
    const told = [...found.values()].filter(({ name }) => !name.startsWith('space'));
    expect(told.map(({ name, state, what }) => [name, state, what])).toEqual([
      ['Node', 'ok', '20.19.0'],
      ['clock', 'ok', 'synchronised'],
      ['~/.pgpass', 'ok', 'mode 600'],
      ['~/.desservices.ini', 'ok', 'mode 600'],
      ['~/.wgetrc-desdm', 'ok', 'mode 600'],
      ['Kerberos', 'ok', 'a valid ticket'],
      ['token', 'ok', `${folder}/tmp/bt_token_des_Analysis_77, 3 h left`],
      ['proxy', 'ok', `${folder}/tmp/x509up_u77, 5 h left`],
      ['groups', 'ok', 'des'],
      [`${folder}/cvmfs`, 'ok', 'present'],
      ['gw_workflow', 'ok', `${folder}/gw`],
      ['Post-Processing', 'ok', `${folder}/pp`],
      ['python', 'ok', 'Python 2.7.18'],
      ['queue', 'ok', '3 jobs'],
      [`${folder}/pnfs`, 'ok', 'readable'],
      [`${folder}/pnfs/exp`, 'ok', 'readable and writable'],
      [`${folder}/pnfs/forcephoto/images`, 'ok', 'readable and writable'],
      ['season tables', 'ok', '1 seasons in use'],
    ]);
    expect(found.get('space, workspace')?.what).toMatch(/^\d+\.\d GiB free/);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  test('without a grid has no credentials to check', async () => {
    const { grid: _, ...local } = site();
    const names = doctorChecks({ ...local, groups: [] }).map((check) => check.name);
    expect(names).not.toEqual(expect.arrayContaining(['Kerberos']));
    expect(names.filter((name) => ['token', 'proxy', 'groups'].includes(name))).toEqual([]);
  });
});

describe('the whole examination', () => {
  const ok: Finding = { name: 'a', state: 'ok', what: 'fine' };
  const bad: Finding = { name: 'longer', state: 'bad', what: 'gone', remedy: 'bring it back' };
  const still: Check = { name: 'still', run: () => new Promise(() => {}) };

  test('does not wait for a check that hangs, tells it by its signal, and keeps the order', async () => {
    const signals: AbortSignal[] = [];
    const watching: Check = {
      name: 'watching',
      run: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    };
    const failing: Check = { name: 'failing', run: () => Promise.reject(new Error('EIO')) };
    const quick: Check = { name: 'a', run: async () => ok };
    expect(await examine([still, watching, failing, quick], tools(), 0.05)).toEqual([
      ...['still', 'watching'].map((name) => ({
        name,
        state: 'unknown',
        what: 'no answer within 0.05 s',
        remedy: 'Is a file system or a server hanging?',
      })),
      { name: 'failing', state: 'unknown', what: 'EIO' },
      ok,
    ]);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  });

  test('is shown as a table with remedies and counts, and ends with 1 only if something is bad', () => {
    expect(doctorTable([ok, bad, { ...ok, state: 'unknown' }])).toBe(
      [
        'ok       a       fine',
        'bad      longer  gone',
        '                 -> bring it back',
        'unknown  a       fine',
        '',
        '1 ok, 1 bad, 1 unknown',
        '',
      ].join('\n'),
    );
    expect([doctorExit([ok, bad]), doctorExit([ok, { ...ok, state: 'unknown' }])]).toEqual([1, 0]);
  });
});
