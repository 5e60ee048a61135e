import { audit } from '../../../src/ledger/audit/audit.js';
import { toId } from '../../../src/schema/ids.js';
import { Api } from '../../support/api.js';
import { ownDatabase } from '../../support/database.js';

it('several levels of a limit that are passed at once are told by the highest alone, and nothing differs', async () => {
  const database = await ownDatabase();
  const api = await Api.start({}, database);
  const { key, clientAccount, seat } = await api.seed();
  const limit = { actions: ['DIRECT_MESSAGE'], windowKind: 'ROLLING', windowSeconds: 3_600, max: 3 };
  const set =
    'mutation ($input: SetLimitInput!) { setLimit(input: $input) { limit { id } userErrors { code } } }';
  const { setLimit } = await api.data(key, set, {
    input: { scopeId: toId('client', clientAccount.id), limit },
  });
  expect(setLimit.userErrors).toEqual([]);
  const record =
    'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { code } } }';
  const activity = {
    seatId: toId('seat', seat.id),
    action: 'DIRECT_MESSAGE',
    count: 5,
    idempotencyKey: 'five',
  };
  const occurredAt = new Date(Date.now() - 1_000).toISOString();
  const { recordActivities } = await api.data(key, record, { inputs: [{ ...activity, occurredAt }] });
  expect(recordActivities).toEqual({ recorded: 1, userErrors: [] });
  const remove =
    'mutation ($input: RemoveLimitInput!) { removeLimit(input: $input) { userErrors { code } } }';
  await api.data(key, remove, { input: { limitId: setLimit.limit.id } });
  const { alerts } = await api.data(key, '{ alerts { nodes { kind } } }');
  expect(alerts.nodes.map(({ kind }: { kind: string }) => kind)).toContain('LIMIT_BREACHED');
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await api.close();
});
