import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.js';
import { Outreach, someone } from '../support/outreach.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { outcome } userErrors { code field } } }`;

it('nobody takes the keys by which the work queue asks for a touch', async () => {
  const { agency, seat } = new Outreach(api, await api.seed());
  const reserve = async (idempotencyKey: string) => {
    const input = { seatId: seat, action: 'PROFILE_VIEW', recipient: someone(), idempotencyKey };
    return (await api.data(agency.key, RESERVE, { input })).reserve;
  };
  for (const claim of ['1', '12', '3 late']) {
    expect(await reserve(`touch ${randomUUID()} ${claim}`)).toEqual({
      decision: null,
      userErrors: [{ code: 'INVALID', field: ['input', 'idempotencyKey'] }],
    });
  }
  expect((await reserve('touch 1')).userErrors).toEqual([]);
});
