import { GraphQLInt } from 'graphql';
import { inAgency } from '../../src/tenancy/door.js';
import { Api } from '../support/api.js';
import { Outreach } from '../support/outreach.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it('what is recorded in an hour comes to more than an integer holds, and is kept', async () => {
  const agency = await api.seed();
  const desk = new Outreach(api, agency);
  const much = { action: 'REACTION', count: 100_000, occurredAt: new Date().toISOString() };
  expect(await desk.record(much)).toMatchObject({ recorded: 1, userErrors: [] });
  await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query('UPDATE usage_hour SET recorded = 2147483647 WHERE agency_id = $1', [agency.agencyId]),
  );
  expect(await desk.record(much)).toMatchObject({ recorded: 1, userErrors: [] });
});

it('a number that an Int doesn’t hold is told as the largest that it does', () => {
  expect([2 ** 31 - 1, 2 ** 31, 10 ** 12].map((one) => GraphQLInt.serialize(one))).toEqual(
    Array(3).fill(2_147_483_647),
  );
  expect([-5, 0, true, '7'].map((one) => GraphQLInt.serialize(one))).toEqual([-5, 0, 1, 7]);
  for (const none of [1.5, NaN, 'x', {}])
    expect(() => GraphQLInt.serialize(none)).toThrow('Int cannot represent');
});
