import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenId } from '../../../src/services/members/open-id.js';
import type { AskedProvider } from '../../../src/services/members/sign-in-provider.js';

const BEGUN = { state: 'state', nonce: 'nonce', verifier: 'v'.repeat(43) };
const MINUTE_MS = 60_000;

let server: Server;
let issuer: string;
/** What the provider says of itself besides what it has to. */
let besides: object;
let asked: number;
let openId: OpenId;
beforeAll(async () => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  server = createServer((_request, response) => {
    asked += 1;
    const metadata = {
      ...{ issuer, authorization_endpoint: `${issuer}/in`, token_endpoint: `${issuer}/token` },
      ...{ jwks_uri: `${issuer}/keys`, response_types_supported: ['code'], ...besides },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));
beforeEach(() => {
  [besides, asked, openId] = [{}, 0, new OpenId(true)];
});

const begin = (agencyId: string, id: string, at = 0): Promise<URL> => {
  const provider: AskedProvider = {
    ...{ agencyId, id, issuer, clientId: 'headroom', clientSecret: 'secret' },
    ...{ allowedDomain: 'acme.example', setByRole: 'OWNER', setAt: 0 },
  };
  return openId.begin(provider, BEGUN, { callbackUrl: 'https://headroom.example/back', at });
};

it('believes what a provider says of itself for ten minutes', async () => {
  expect((await begin('a', 'one')).origin).toBe(issuer);
  await begin('a', 'one', 10 * MINUTE_MS - 1);
  expect(asked).toBe(1);
  await begin('a', 'one', 10 * MINUTE_MS);
  expect(asked).toBe(2);
});

it('keeps one provider of an agency, whatever others it names', async () => {
  for (const id of ['one', 'two', 'three']) await begin('a', id);
  await begin('b', 'theirs');
  expect(asked).toBe(4);
  await begin('a', 'three');
  await begin('b', 'theirs');
  expect(asked).toBe(4);
  await begin('a', 'one');
  expect(asked).toBe(5);
});

it('takes no answer with a longer host than there is, wherever an address of it is parsed', async () => {
  const host = `a${'\u0301'.repeat(300)}.example`;
  for (const long of [{ issuer: `https://${host}` }, { token_endpoint: `HTTPS:\\\\${host}/` }]) {
    besides = long;
    await expect(begin('a', 'one')).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/longer host/) },
    });
  }
  besides = { padding: `https://a.example/${'x'.repeat(100_000)}` };
  await expect(begin('a', 'one')).resolves.toBeInstanceOf(URL);
});

it('takes no answer that is longer, or of more names, than any provider’s', async () => {
  const names = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`name_${index}`, index]));
  besides = { ...names(200), padding: 'x'.repeat(100_000) };
  await expect(begin('a', 'one')).resolves.toBeInstanceOf(URL);
  for (const tooMuch of [names(300), { padding: 'x'.repeat(131_072) }, { lists: Array(20_000).fill([]) }]) {
    besides = tooMuch;
    await expect(begin('a', 'two')).rejects.toThrow();
  }
  // What went wrong is not remembered.
  besides = {};
  await expect(begin('a', 'two')).resolves.toBeInstanceOf(URL);
});
