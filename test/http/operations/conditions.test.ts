import { refuseConditional } from '../../../src/http/operations/documents.js';
import { Failure } from '../../../src/errors.js';
import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

const ALERT = 'alertRaised { __typename }';

it.each<[text: string, isConditional: boolean]>([
  [`subscription { ${ALERT} }`, false],
  ['subscription { alertRaised @skip(if: true) { __typename } }', true],
  ['subscription ($x: Boolean!) { alertRaised @include(if: $x) { __typename } }', true],
  [`subscription { ... @skip(if: true) { ${ALERT} } }`, true],
  [`subscription { ... { ... { alertRaised @skip(if: false) { __typename } } } }`, true],
  [
    `fragment A on Subscription { ...B } fragment B on Subscription { ${ALERT} } subscription { ...A @skip(if: true) }`,
    true,
  ],
  [
    'fragment A on Subscription { ...B } fragment B on Subscription { a @skip(if: true) } subscription { ...A }',
    true,
  ],
  ['fragment A on Subscription { ...A } subscription { ...A } # @', false],
  // Below what it is to, anything may be.
  ['subscription ($x: Boolean!) { alertRaised { __typename @include(if: $x) } }', false],
  ['query ($subscription: Boolean!) { viewer @include(if: $subscription) { role } }', false],
  ['subscription { @', false],
])('%#: whether a subscription is to what is there on a condition', (text, isConditional) => {
  const refusing = expect(() => refuseConditional(text));
  if (isConditional) refusing.toThrow(Failure);
  else refusing.not.toThrow();
});

it.each([
  [
    'very many subscriptions to a net of what nobody defines',
    `${'subscription{...F}'.repeat(1_300)}fragment F on S{${Array.from({ length: 1_650 }, (_, index) => `...a${index.toString(36)}`).join(' ')}} #@`,
  ],
  ['what lies deeper than can be read', `subscription @a { ${'...{'.repeat(3_300)}x${'}'.repeat(3_300)} }`],
])('%s holds nothing up: whoever executes it says what is wrong', (_, text) => {
  const begun = process.cpuUsage();
  expect(() => refuseConditional(text)).not.toThrow();
  // Seventeen seconds, where each of them was looked for among all.
  expect(process.cpuUsage(begun).user).toBeLessThan(5_000_000);
});

describe('on a running server', () => {
  let api: Api;
  let key: string;
  beforeAll(async () => {
    api = await Api.start();
    key = (await api.seed()).key;
  });
  afterAll(() => api.close());

  it.each([
    ['a condition that is null', 'query ($x: Boolean = true) { __typename @include(if: $x) }'],
    ['one further in', 'query ($x: Boolean = true) { viewer { role @skip(if: $x) } }'],
    [
      'one that lies deeper than can be read',
      `subscription @a { ${'...{'.repeat(3_300)}x${'}'.repeat(3_300)} }`,
    ],
    ['a subscription, asked as no subscription is', 'subscription { alertRaised @skip(if: true) { kind } }'],
  ])('%s is the fault of whoever asks', async (_, query) => {
    const { errors } = await api.ask(key, query, { x: null });
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  it('the stack of the parser is not what says how deep a text may lie', async () => {
    const { errors } = await api.ask(key, `{ ${'... { '.repeat(400)} viewer { role } ${'}'.repeat(400)} }`);
    expect(errors[0].message).toContain('brackets');
  });

  it('such a subscription is refused as an error of its own, and nothing else ends', async () => {
    const raw = await RawSocket.begin(api.url, key);
    raw.subscribe('one', 'subscription ($x: Boolean!) { alertRaised @include(if: $x) { __typename } }');
    await raw.until(() => raw.of('one').length > 0);
    expect(raw.of('one')[0]).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    raw.subscribe('two', '{ viewer { role } }');
    await raw.until(() => raw.of('two').length > 0);
    expect(raw.of('two')[0].payload.data).toEqual({ viewer: { role: 'OWNER' } });
    raw.end();
  });
});
