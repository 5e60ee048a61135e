import pg from 'pg';
import { toId } from '../../src/schema/ids.js';
import { ME } from '../imports/reading.js';
import { type SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { ownDatabase, superuserUrl, type TestDatabase } from '../support/database.js';
import { SMALL_EXPORT, upload, zipOf } from '../support/exports.js';
import { Receiver } from './receiver.js';

let database: TestDatabase;
let api: Api;
let other: pg.Client;
beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on', HEADROOM_SWEEP: 'off' }, database);
  other = new pg.Client({ connectionString: await superuserUrl(database.appUrl) });
  await other.connect();
});
afterAll(async () => {
  await api.close();
  await other.end();
});

const ADD = `mutation ($input: AddWebhookInput!) { addWebhook(input: $input) { webhook { id } userErrors { code } } }`;
const RECORD = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { message } } }`;

async function engage({ key, seat }: SeededAgency, slug: string): Promise<void> {
  const recipientProfileUrl = `https://www.linkedin.com/in/${slug}`;
  const what = { kind: 'REPLIED', occurredAt: new Date().toISOString(), idempotencyKey: slug };
  const input = { seatId: toId('seat', seat.id), recipientProfileUrl, ...what };
  await api.data(key, RECORD, { inputs: [input] });
}

/** Waits until so many of the database wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const { rows } = await other.query(
      `SELECT count(*)::int AS waits FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows[0].waits >= count) return;
  }
}

it('what an archive told while others were told of, and that was there only later, is told as well', async () => {
  const agency = await api.seed({ seat: { profileUrl: ME } });
  const { key, seat } = agency;
  const receiver = await Receiver.start();
  const terms = { reservationChanges: false, alertKinds: [], engagements: true };
  await api.data(key, ADD, { input: { name: 'CRM', url: receiver.url, ...terms } });
  await engage(agency, 'alice');
  await receiver.has(1);
  // The import has written its answers, and waits to say more of Alice: the agency's book it has not taken yet.
  await other.query('BEGIN');
  await other.query('SELECT 1 FROM recipient WHERE agency_id = $1 FOR NO KEY UPDATE', [agency.agencyId]);
  const zip = await zipOf(SMALL_EXPORT);
  const importing = upload(api.url, { key, query: `seatId=${toId('seat', seat.id)}`, zip });
  await waiting(1);
  await engage(agency, 'bob');
  await receiver.has(2);
  await other.query('COMMIT');
  expect((await importing).status).toBe(200);
  await receiver.has(4);
  await engage(agency, 'last');
  await receiver.has(5);
  expect(
    receiver.received.map(({ json: { data } }) => {
      const { kind, origin, person } = data.engagement;
      return [kind, origin, person.profileUrl.split('/in/')[1]].join(' ');
    }),
  ).toEqual([
    'REPLIED REPORT alice',
    'REPLIED REPORT bob',
    'INVITATION_ACCEPTED IMPORT alice',
    'REPLIED IMPORT alice',
    'REPLIED REPORT last',
  ]);
  await receiver.close();
}, 60_000);

it('more of one instant than are looked at at once are told each once', async () => {
  const agency = await api.seed();
  const { key, seat } = agency;
  const receiver = await Receiver.start();
  const terms = { reservationChanges: false, alertKinds: [], engagements: true };
  await api.data(key, ADD, { input: { name: 'CRM', url: receiver.url, ...terms } });
  const slugs = Array.from({ length: 205 }, (_, index) => `person-${index}`);
  const inputs = slugs.map((slug) => ({
    ...{ seatId: toId('seat', seat.id), recipientProfileUrl: `https://www.linkedin.com/in/${slug}` },
    ...{ kind: 'INVITATION_DECLINED', occurredAt: new Date().toISOString(), idempotencyKey: slug },
  }));
  await api.data(key, RECORD, { inputs });
  await receiver.has(205);
  await engage(agency, 'last');
  await receiver.has(206);
  const told = receiver.received.map(({ json }) => json.data.engagement.person.profileUrl.split('/in/')[1]);
  expect(told).toHaveLength(206);
  expect(new Set(told)).toEqual(new Set([...slugs, 'last']));
  await receiver.close();
}, 60_000);
