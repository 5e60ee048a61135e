import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { Api } from '../support/api.js';
import { Listener } from './listener.js';

const SET = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
const RECORD =
  'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { code } } }';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it('P10: a limit that is set under what is used is pushed at once, with the numbers as they are', async () => {
  const { key, seat, clientAccount } = await api.seed();
  const seatId = toId('seat', seat.id);
  const scopeId = toId('client', clientAccount.id);
  const { alertCursor: since } = await api.data(key, '{ alertCursor }');
  const listener = new Listener(api.url, { key, variables: { since } });
  try {
    const occurredAt = new Date().toISOString();
    const activity = { seatId, action: 'COMMENT', count: 11, occurredAt, idempotencyKey: randomUUID() };
    await api.data(key, RECORD, { inputs: [activity] });
    for (const max of [50, 20, 5, 5]) {
      const week = { windowKind: 'ROLLING', windowSeconds: 7 * 86_400 };
      const input = { scopeId, limit: { actions: ['COMMENT'], ...week, max } };
      expect((await api.data(key, SET, { input })).setLimit.userErrors).toEqual([]);
    }
    await listener.until(({ sequences }) => sequences.length > 0);
    const { alerts } = await api.data(
      key,
      '{ alerts { nodes { sequence message usage { used remaining } } } }',
    );
    const message =
      'The limit at the client account was lowered to 5 comments in 7 days, and 11 are taken: nothing more is allowed for now.';
    expect(alerts.nodes).toEqual([{ sequence: 1, message, usage: { used: 11, remaining: 0 } }]);
    expect(listener.told.map(({ alert }) => [alert?.kind, alert?.message, alert?.seat])).toEqual([
      ['LIMIT_REACHED', message, null],
    ]);
  } finally {
    await listener.close();
  }
});
