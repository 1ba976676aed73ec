import { expect, test } from 'vitest';
import { hideAssigned, looksSecret, openSecrets } from '../../../core/words/secrets.ts';

const SECRET = [
  ...['DB_PASSWORD', 'PGPASSWORD', 'passwd', 'dbPass', 'DB_PASS', 'SSH_PASSPHRASE', 'DB_PWD'],
  ...['BEARER_TOKEN', 'githubToken', 'my_secret', 'API_KEY', 'apiKey', 'APIKEY', 'KEY'],
  ...['AWS_CREDENTIALS', 'CREDS'],
];
const PLAIN = [
  ...[
    'PWD',
    'OLDPWD',
    'BEARER_TOKEN_FILE',
    'PGPASSFILE',
    'KEYBOARD',
    'MONKEY',
    'bypass',
    'COMPASS',
  ],
  ...['TEFF_CUT_g', 'SEASON', 'X509_KEY_PATH', 'SSH_AUTH_SOCK', 'TEMPLATE_PASSES', 'KRB5CCNAME'],
];

test.each(SECRET)('%s says that it is secret', (name) => {
  expect(looksSecret(name)).toBe(true);
});

test.each(PLAIN)('%s is nothing secret', (name) => {
  expect(looksSecret(name)).toBe(false);
});

test('secrets of the environment and of the command line are hidden, in whatever quotes they stand', () => {
  const value = `it's "so\nsecret"`;
  const { hide } = openSecrets({ A_TOKEN: value, PLAIN: 'visible' }, [
    '--set',
    'pw_secret=by-set',
    '--db-password',
    'by-option',
  ]);
  const text = [
    value,
    JSON.stringify(value),
    JSON.stringify(JSON.stringify(value)),
    'by-set',
    'by-option',
    'visible',
  ].join(' ');
  expect(hide(text)).toBe('*** "***" "\\"***\\"" *** *** visible');
});

test('a name that others have as well hides only what looks drawn by lot', () => {
  const { hide } = openSecrets(
    { SORT_KEY: 'exposure', API_KEY: 'exposures', GPG_KEY: 'A035C8C1' },
    [],
  );
  expect(hide('exposure exposures A035C8C1')).toBe('exposure *** ***');
});

test('short values are hidden by their name alone', () => {
  const secrets = openSecrets({}, []);
  secrets.learn('pin', 1234);
  expect(secrets.hide('1234 files')).toBe('1234 files');
  expect(secrets.seal('pin', 1234)).toMatch(/^\*{3}[\w-]{22}$/);
});

test('on record a secret is a digest by the salt, wherever it stands, and is shown hidden', () => {
  const secrets = openSecrets({}, []);
  secrets.saltWith(() => 'salt');
  secrets.learn('db_password', 'swordfish');
  const sealed = secrets.seal('db_password', 'swordfish');
  expect(sealed).toMatch(/^\*{3}[\w-]{22}$/);
  expect(secrets.seal('db_password', 'swordfish')).toBe(sealed);
  expect(secrets.seal('db_password', 'trout')).not.toBe(sealed);
  expect(JSON.stringify(secrets.seal('url', ['x:swordfish@y', 1]))).not.toContain('swordfish');
  expect(secrets.hide(`was ${String(sealed)}`)).toBe('was ***');
  const others = openSecrets({}, []);
  others.saltWith(() => 'another');
  expect(others.seal('db_password', 'swordfish')).not.toBe(sealed);
});

test('of a secret that begins with another one nothing is left to be seen on record', () => {
  const secrets = openSecrets({}, []);
  secrets.learn('first_token', 'swordf');
  secrets.learn('db_password', 'swordfish');
  expect(secrets.seal('url', 'x:swordfish@y')).toMatch(/^x:\*{3}[\w-]{22}@y$/);
});

test('a secret among arguments is found as a word, not as a part of a path', () => {
  const secrets = openSecrets({}, []);
  secrets.learn('db_password', 'sandbox');
  expect(secrets.standsIn('user:sandbox@host')).toBe('db_password');
  expect(secrets.standsIn('/home/x/sandbox/bin/jobsub')).toBeUndefined();
  expect(secrets.standsIn('sandboxes')).toBeUndefined();
});

test.each([
  ['passwd = hunter2', 'passwd = ***'],
  ['-export DB_TOKEN=hunter2', '-export DB_TOKEN=***'],
  ['season = 1600', 'season = 1600'],
])('a line %s is shown as %s', (line, shown) => {
  expect(hideAssigned(line)).toBe(shown);
});
