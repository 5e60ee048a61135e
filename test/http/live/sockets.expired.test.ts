import { Api } from '../../support/api.js';
import { done, type SeededAgency, servicesOn } from '../../support/agency.js';
import { RawSocket } from '../../support/raw-socket.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

/** A socket by a key that lasts no longer than it takes here to come in by it. */
async function beginShort(
  agency: SeededAgency,
  ms = 2_000,
): Promise<{ readonly socket: RawSocket; readonly expiresAt: number }> {
  const expiresAt = Date.now() + ms;
  const input = { name: 'Short', role: 'ANALYST', expiresAt } as const;
  try {
    const { secret } = done(await servicesOn(api.dataSource).apiKeys.createApiKey(agency.owner, input));
    return { socket: await RawSocket.begin(api.url, secret), expiresAt };
  } catch (error) {
    // It was over by then.
    if (ms > 20_000) throw error;
    return beginShort(agency, 2 * ms);
  }
}

it('a key that expires loses its sockets', async () => {
  const { socket, expiresAt } = await beginShort(await api.seed());
  expect((await socket.closed).code).toBe(4403);
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt - 50);
});
