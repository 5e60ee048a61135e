import { Api, type Json } from '../support/api.js';
import { query, testDatabase } from '../support/database.js';
import type { SeededAgency } from '../support/agency.js';
import { raiseAlerts } from './alerts.support.js';
import { Listener } from './listener.js';

/** An alert that this process can't tell by its own fault, such as one of a kind that a newer version raised. */

let api: Api;
let agency: SeededAgency;
let since: string;

beforeAll(async () => {
  api = await Api.start();
});
beforeEach(async () => {
  agency = await api.seed();
  since = (await api.data(agency.key, '{ alertCursor }')).alertCursor;
});
afterAll(() => api.close());

async function kindOf(sequence: number, kind: string): Promise<void> {
  const { ownerUrl } = await testDatabase();
  await query(
    ownerUrl,
    `BEGIN; SELECT see_agencies(ARRAY['${agency.agencyId}'::uuid]);
     UPDATE alert SET kind = '${kind}' WHERE agency_id = '${agency.agencyId}' AND sequence = ${sequence}; COMMIT`,
  );
}

it('breaks its stream off, is told by whoever can by then, once and in its place', async () => {
  const last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 5 });
  await kindOf(last - 2, 'OF_TOMORROW');
  let isMended = false;
  const retryWait = async (): Promise<void> => {
    // It came again once, and in vain.
    if (listener.closes.length < 2 || isMended) return;
    expect(listener.sequences).toEqual([last - 4, last - 3]);
    await kindOf(last - 2, 'SEAT_IDLE');
    isMended = true;
  };
  const listener = new Listener(api.url, { key: agency.key, variables: { since }, retryWait });
  await listener.until(({ sequences }) => sequences.at(-1) === last);
  expect(listener.sequences).toEqual([4, 3, 2, 1, 0].map((back) => last - back));
  expect(listener.errors).toEqual([]);
  expect(new Set(listener.closes.map(({ code }) => code))).toEqual(new Set([1013]));
  await listener.close();
}, 30_000);

it('that nobody can tell holds up nobody for ever: that there is something to be read comes in its place', async () => {
  const last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 5 });
  await kindOf(last - 2, 'OF_TOMORROW');
  const listener = new Listener(api.url, { key: agency.key, variables: { since } });
  await listener.until(({ sequences }) => sequences.at(-1) === last);
  expect(listener.told.map(({ __typename, alert }) => alert?.sequence ?? __typename)).toEqual([
    ...[last - 4, last - 3, 'ResyncRequired', last - 1, last],
  ]);
  expect(listener.closes.map(({ code }) => code)).toEqual([1013, 1013, 1013]);
  // Its cursor is behind it: whoever comes again goes on there.
  const { cursor } = listener.told[2]!;
  await listener.close();
  const again = new Listener(api.url, { key: agency.key, variables: { since: cursor } });
  await again.until(({ sequences }) => sequences.length === 2);
  expect(again.sequences).toEqual([last - 1, last]);
  await again.close();
}, 30_000);

it('the same over server-sent events, which end without a word', async () => {
  const last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 3 });
  await kindOf(last, 'OF_TOMORROW');
  const streams: Json[][] = [];
  for (let turn = 0; turn < 3; turn += 1) streams.push(await eventsOf(since));
  // Both alerts before it, and no `complete`.
  expect(streams.map((events) => events.length)).toEqual([2, 2, 2]);
}, 30_000);

async function eventsOf(cursor: string): Promise<Json[]> {
  const response = await fetch(`${api.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      authorization: `Bearer ${agency.key}`,
    },
    body: JSON.stringify({
      query:
        'subscription ($since: String) { alertRaised(since: $since) { __typename ... on AlertRaised { alert { kind } } } }',
      variables: { since: cursor },
    }),
  });
  const text = await response.text();
  return text.split('\n\n').filter((block) => block.includes('event: '));
}
