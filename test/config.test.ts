import { resolve } from 'node:path';
import { parseConfig, textKeys } from '../src/config.js';
import { StartError } from '../src/errors.js';

it('has a value for everything', () => {
  expect(parseConfig({})).toEqual({
    port: 4000,
    host: '127.0.0.1',
    dataDirectory: resolve('.headroom'),
    databaseUrl: null,
    databaseOwnerUrl: null,
    secret: null,
    secretPrevious: null,
    textKey: null,
    textKeyPrevious: null,
    publicUrl: null,
    smtpUrl: null,
    redisUrl: null,
    metricsToken: null,
    trustProxy: null,
    mailFrom: 'Headroom <headroom@localhost>',
    mode: 'development',
    logLevel: 'info',
    poolConnections: 10,
    alertDays: 90,
    apiLimits: true,
    webhooks: true,
    sweep: true,
    loopbackAllowed: false,
  });
});

it('reads what is set, and takes nothing for not set', () => {
  const config = parseConfig({
    PORT: '0',
    HOST: '::1',
    HEADROOM_DATA_DIR: '/srv/head room',
    DATABASE_URL: 'postgres://app:p%40ss@db.example:5432/headroom',
    DATABASE_OWNER_URL: 'postgresql://owner@db.example/headroom?sslmode=require',
    HEADROOM_SECRET: 'x'.repeat(32),
    HEADROOM_TEXT_KEY: 'y'.repeat(32),
    HEADROOM_TEXT_KEY_PREVIOUS: 'z'.repeat(32),
    HEADROOM_PUBLIC_URL: 'https://headroom.example',
    SMTP_URL: 'smtps://user:pass@mail.example',
    REDIS_URL: 'rediss://:pass@cache.example:6380',
    HEADROOM_MAIL_FROM: 'Headroom <h@headroom.example>',
    HEADROOM_TRUST_PROXY: '10.0.0.0/8',
    NODE_ENV: 'production',
    LOG_LEVEL: ' warn ',
    HEADROOM_POOL_CONNECTIONS: '25',
    HEADROOM_API_LIMITS: 'off',
    HEADROOM_WEBHOOKS: 'off',
    HEADROOM_SWEEP: 'off',
    HEADROOM_ALERT_DAYS: '30',
    HEADROOM_METRICS_TOKEN: 'm'.repeat(32),
  });
  expect(config).toEqual({
    port: 0,
    metricsToken: 'm'.repeat(32),
    alertDays: 30,
    host: '::1',
    dataDirectory: '/srv/head room',
    databaseUrl: 'postgres://app:p%40ss@db.example:5432/headroom',
    databaseOwnerUrl: 'postgresql://owner@db.example/headroom?sslmode=require',
    secret: 'x'.repeat(32),
    secretPrevious: null,
    textKey: 'y'.repeat(32),
    textKeyPrevious: 'z'.repeat(32),
    publicUrl: 'https://headroom.example',
    smtpUrl: 'smtps://user:pass@mail.example',
    redisUrl: 'rediss://:pass@cache.example:6380',
    trustProxy: '10.0.0.0/8',
    mailFrom: 'Headroom <h@headroom.example>',
    mode: 'production',
    logLevel: 'warn',
    poolConnections: 25,
    apiLimits: false,
    webhooks: false,
    sweep: false,
    loopbackAllowed: false,
  });
  expect(parseConfig({ PORT: '', LOG_LEVEL: ' ', DATABASE_URL: '' })).toEqual(parseConfig({}));
});

it('lets nobody lead a server that matters to what else is on its machine', () => {
  expect(parseConfig({ HEADROOM_ALLOW_LOOPBACK: 'on' }).loopbackAllowed).toBe(true);
  const parse = () => parseConfig({ HEADROOM_ALLOW_LOOPBACK: 'on', NODE_ENV: 'production' });
  expect(parse).toThrow(/^HEADROOM_ALLOW_LOOPBACK is "on": it is for development and tests/);
});

it('takes the proxies that are trusted, whatever is between their commas', () => {
  const trusted = (text: string) => parseConfig({ HEADROOM_TRUST_PROXY: text }).trustProxy;
  expect([' 127.0.0.1, ', '10.0.0.0/8 ,::1,', ' , '].map(trusted)).toEqual([
    '127.0.0.1',
    '10.0.0.0/8,::1',
    null,
  ]);
});

it('can not be changed', () => {
  expect(Object.isFrozen(parseConfig({}))).toBe(true);
});

it.each([
  ['PORT', 'http', /^PORT is "http": set it to a whole number from 0 \(any free port\) to 65535\.$/],
  ['PORT', '65536', /^PORT is "65536"/],
  ['PORT', '-1', /^PORT is "-1"/],
  ['PORT', '1e3', /^PORT is "1e3"/],
  ['HOST', 'two words', /^HOST is "two words": set it to an address/],
  ['NODE_ENV', 'prod', /^NODE_ENV is "prod": set it to one of development, test, production\.$/],
  ['LOG_LEVEL', 'loud', /^LOG_LEVEL is "loud": set it to one of fatal, error/],
  ['HEADROOM_SWEEP', 'false', /^HEADROOM_SWEEP is "false": set it to one of on, off\.$/],
  ['HEADROOM_API_LIMITS', 'no', /^HEADROOM_API_LIMITS is "no": set it to one of on, off\.$/],
  [
    'HEADROOM_POOL_CONNECTIONS',
    '0',
    /^HEADROOM_POOL_CONNECTIONS is "0": set it to a whole number from 1 to 200\.$/,
  ],
  ['HEADROOM_SECRET', 'x'.repeat(31), /^HEADROOM_SECRET has 31 characters: set it to at least 32/],
  ['HEADROOM_TEXT_KEY', 'x'.repeat(31), /^HEADROOM_TEXT_KEY has 31 characters: set it to at least 32/],
  ['DATABASE_URL', 'localhost/headroom', /^DATABASE_URL can't be read: write it as postgres:\/\/ROLE:/],
  ['DATABASE_URL', 'mysql://app:pw@localhost/headroom', /^DATABASE_URL can't be read/],
  ['DATABASE_URL', 'postgres://localhost/headroom', /^DATABASE_URL can't be read/],
  ['DATABASE_URL', 'postgres://app:100%@localhost/headroom', /^DATABASE_URL can't be read/],
  [
    'HEADROOM_TRUST_PROXY',
    '10.0.0.0/99',
    /^HEADROOM_TRUST_PROXY is "10\.0\.0\.0\/99": set it to the addresses/,
  ],
  ['HEADROOM_TRUST_PROXY', 'on', /^HEADROOM_TRUST_PROXY is "on": set it to the addresses/],
  ['REDIS_URL', 'http://cache.example', /^REDIS_URL can't be read: write it as redis:\/\//],
  ['DATABASE_OWNER_URL', 'postgres://owner@localhost', /^DATABASE_OWNER_URL can't be read/],
])('says what %s may be, instead of %s', (name, value, told) => {
  const parse = () => parseConfig({ [name]: value });
  expect(parse).toThrow(StartError);
  expect(parse).toThrow(told);
});

it.each(['HEADROOM_SECRET', 'HEADROOM_SECRET_PREVIOUS', 'HEADROOM_TEXT_KEY_PREVIOUS'])(
  'takes no key of texts that is %s: it could not be thrown away by itself',
  (name) => {
    const same = 'hunter2'.repeat(5);
    const parse = () => parseConfig({ HEADROOM_TEXT_KEY: same, [name]: same });
    expect(parse).toThrow(`HEADROOM_TEXT_KEY is the same as ${name}: set it to one of its own.`);
  },
);

it('takes no secret that is the one before: nothing would be under another one', () => {
  const same = 'hunter2'.repeat(5);
  const parse = () => parseConfig({ HEADROOM_SECRET: same, HEADROOM_SECRET_PREVIOUS: same });
  expect(parse).toThrow('HEADROOM_SECRET is the same as HEADROOM_SECRET_PREVIOUS: set it to one of its own.');
});

it('has keys of texts where one is in force, the newest first', () => {
  const keysOf = (env: NodeJS.ProcessEnv) => textKeys(parseConfig(env));
  const [now, before] = ['y'.repeat(32), 'z'.repeat(32)];
  expect(keysOf({})).toEqual([]);
  expect(keysOf({ HEADROOM_TEXT_KEY_PREVIOUS: before })).toEqual([]);
  expect(keysOf({ HEADROOM_TEXT_KEY: now })).toEqual([now]);
  expect(keysOf({ HEADROOM_TEXT_KEY: now, HEADROOM_TEXT_KEY_PREVIOUS: before })).toEqual([now, before]);
});

it.each(['DATABASE_URL', 'DATABASE_OWNER_URL', 'HEADROOM_SECRET', 'HEADROOM_TEXT_KEY', 'REDIS_URL'])(
  'never repeats the secret of %s',
  (name) => {
    expect(() => parseConfig({ [name]: 'hunter2' })).toThrow(/^((?!hunter2).)*$/s);
  },
);
