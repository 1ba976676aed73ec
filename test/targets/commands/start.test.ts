/** What `desgw init` asks, and the rule file that comes of the answers. */
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import { followUpStart, withEvent } from '../../../targets/commands/start.ts';

const RULES =
  "const exposures = 'exposures.txt';\nfermilab({ gwWorkflow: 'GW_WORKFLOW', user: 'ACCOUNT' });\nimport {\n  followUpParams,\n} from 'x';\n  params: followUpParams(site),\n";
const files = (answers: { [name: string]: string }) =>
  followUpStart.files({ site: 'fermilab', ...answers }, () => RULES);
const question = (name: string) => followUpStart.questions.find((one) => one.name === name)!;
const look = {
  ...{ env: {}, cwd: '/w' },
  exists: (path: string) => path === '/w/list.txt',
  list: () => [],
  resolve: (path: string) => (path.startsWith('/') ? path : `/w/${path}`),
} as never;

test('answers go into the rule file as they are, quotes and backslashes too', () => {
  const made = files({ 'gw-workflow': "/it's\\here", user: 'mara' })['desgwfile.ts']!;
  expect(made).toContain("gwWorkflow: '/it\\'s\\\\here'");
  expect(made).toContain("user: 'mara'");
});

describe('exposures', () => {
  test('that are numbers become a list of their own, a file is named', () => {
    expect(files({ exposures: '668440, 668441' })['exposures.txt']).toBe('668440\n668441\n');
    const named = files({ exposures: '/data/list.txt' });
    expect(named['desgwfile.ts']).toContain("const exposures = '/data/list.txt';");
    expect(named).not.toHaveProperty(['exposures.txt']);
  });

  test('of a night need the proposal', () => {
    expect(() => files({ nites: '20170817' })).toThrow(UserError);
    const made = files({ nites: '20170817,20170818', propid: '2017B-0110', object: 'a' });
    expect(made['desgwfile.ts']).toContain(
      "const exposures = nightOf({ propid: '2017B-0110', nites: ['20170817', '20170818'], object: 'a' });",
    );
    expect(made['desgwfile.ts']).toContain('  followUpParams,\n  nightOf,\n');
  });

  test.each([
    ['668440,668441', undefined],
    ['list.txt', undefined],
    ['none.txt', 'it is neither a file nor exposure numbers'],
  ])('typed as %s', (typed, complaint) => {
    expect(question('exposures').check!(typed, look)).toBe(complaint);
  });
});

test.each([
  ['nites', '20170817,20170818,20170819', /one night or two/],
  ['nites', '20170230', /one night or two/],
  ['season', '0', /a number such as 1600/],
  ['triggermjd', '5', /modified Julian date/],
])('%s %s is refused', (name, typed, why) => {
  expect(question(name).check!(typed, look)).toMatch(why);
});

test('the event stands beside the parameters, numbers as numbers', () => {
  expect(
    withEvent('  params: followUpParams(site),\n', { ligoid: 'GW1', triggermjd: '57982.529' }),
  ).toBe("  params: { ...followUpParams(site), ligoid: 'GW1', triggermjd: 57982.529 },\n");
  expect(withEvent('text', {})).toBe('text');
});

test('what is to be done next begins with what is still lacking', () => {
  const next = followUpStart.next({ site: 'fermilab' }).map(([command]) => command);
  expect(next).toEqual([
    ...[
      '$EDITOR exposures.txt',
      '$EDITOR desgwfile.ts',
      'desgw doctor',
      'desgw build -n',
      'desgw build',
    ],
  ]);
  expect(followUpStart.next({ site: 'sandbox' }).map(([command]) => command)).toEqual([
    ...['desgw build -n', 'desgw build'],
  ]);
});
