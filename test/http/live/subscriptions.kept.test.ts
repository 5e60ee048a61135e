import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

/** What a subscription was asked for with is kept for as long as it lasts. */
let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const USAGE = 'subscription { usageChanged { scopeId } }';
const LONG = 'x'.repeat(20_000);

it.each([
  ['a text', `${USAGE} # ${LONG}`, {}],
  ['variables', USAGE, { more: LONG }],
  ['comments, a thousand', `${USAGE}${'\n#'.repeat(1_000)}`, {}],
])(
  'a subscription with %s of many characters is none, over a socket and as events',
  async (_, query, variables) => {
    const { key } = await api.seed();
    const socket = await RawSocket.begin(api.url, key);
    socket.subscribe('long', query, variables);
    await socket.until(() => socket.of('long').length > 0);
    expect(socket.of('long')[0]).toMatchObject({
      type: 'error',
      payload: [
        { message: expect.stringContaining('16384 characters'), extensions: { code: 'BAD_USER_INPUT' } },
      ],
    });
    socket.subscribe('short', USAGE);
    await socket.until(() => socket.of('short').length > 0);
    expect(socket.of('short')[0].type).toBe('next');
    socket.end();
    const response = await fetch(`${api.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
        authorization: `Bearer ${key}`,
      },
      body: JSON.stringify({ query, variables }),
    });
    expect(await response.text()).toContain('16384 characters');
  },
);

it('a query may be as long as it is over HTTP: it is answered, and gone', async () => {
  const { key } = await api.seed();
  const socket = await RawSocket.begin(api.url, key);
  socket.subscribe('query', `{ viewer { role } } # ${LONG}`, { more: LONG });
  await socket.until(() => socket.of('query').length > 0);
  expect(socket.of('query')[0].payload.data).toEqual({ viewer: { role: 'OWNER' } });
  socket.end();
});

it('an operation has no long id', async () => {
  const { key } = await api.seed();
  const socket = await RawSocket.begin(api.url, key);
  const [long, short] = ['x'.repeat(257), 'x'.repeat(256)];
  socket.subscribe(long, '{ viewer { role } }');
  socket.subscribe(short, '{ viewer { role } }');
  await socket.until(() => socket.of(long).length > 0 && socket.of(short).length > 0);
  expect(socket.of(long)[0]).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  expect(socket.of(short)[0].type).toBe('next');
  socket.end();
});
