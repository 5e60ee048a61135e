import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api } from '../support/api.js';

/** Rows of each list. One row a statement would be seen with far fewer. */
const ROWS = 40;
/** Two levels of a query may ask one loader in the same turn, or in the next: the fewest of several times counts. */
const ASKED_TIMES = 6;

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  // Nothing is sent besides what is asked for.
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' });
  agency = await api.seed({ plan: { seatAllowance: 1_000 } });
  const { clientAccounts, seats, campaigns, plans, limits, apiKeys } = servicesOn(api.dataSource);
  const { owner } = agency;
  const limit = { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 30 } as const;
  for (let index = 0; index < ROWS; index += 1) {
    const name = `Row ${index}`;
    const plan = done(await plans.createPlan(owner, { name, seatAllowance: 5, limits: [limit] }));
    const account = done(
      await clientAccounts.createClientAccount(owner, { name, planId: plan.id, timeZone: 'UTC' }),
    );
    // Nobody knows what it sent before: that is an alert.
    const seat = done(
      await seats.addSeat(owner, newSeat(account.id, { history: 'UNKNOWN', openingCredits: 5 })),
    );
    const terms = { clientAccountId: account.id, name, seatIds: [seat.id] };
    const campaign = done(await campaigns.createCampaign(owner, terms));
    done(await limits.setLimit(owner, { scope: { kind: 'CAMPAIGN', id: campaign.id }, limit }));
    done(await apiKeys.createApiKey(owner, { name, role: 'ANALYST', clientAccountId: account.id }));
    await ask(campaign.id);
    await send(toId('seat', seat.id), toId('campaign', campaign.id));
  }
}, 300_000);
afterAll(() => api.close());

/** Steps, and a client that was asked about them. */
async function ask(campaignId: string): Promise<void> {
  const { agencyId } = agency;
  await inAgency(api.dataSource, agency.owner, async (manager) => {
    const rows = [
      ['campaign_version', `1, '{"v": 1, "stopOnReply": true, "steps": []}', 0, 'system:test'`],
      ['campaign_approval', `gen_random_uuid(), 1, '{"v": 1}', sha256('a'), 0, 0, 'system:test'`],
    ];
    const columns = [
      'agency_id, campaign_id, number, definition, created_at, created_by',
      'agency_id, campaign_id, id, version, content, content_sha256, people, asked_at, asked_by',
    ];
    for (const [index, [table, values]] of rows.entries()) {
      const insert = `INSERT INTO ${table} (${columns[index]}) VALUES ($1, $2, ${values})`;
      await manager.query(insert, [agencyId, campaignId]);
    }
    await manager.query('UPDATE campaign SET draft_version = 1 WHERE agency_id = $1 AND id = $2', [
      agencyId,
      campaignId,
    ]);
  });
}

/** One that is refused with its reasons, one that was done elsewhere, and the newest, which leads to a hold. */
async function send(seatId: string, campaignId: string): Promise<void> {
  const asked = (action: string): object => ({
    ...{ seatId, action, campaignId, idempotencyKey: randomUUID() },
    recipient: { profileUrl: `linkedin.com/in/${randomUUID()}` },
  });
  const reserve = 'mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) { decision { id } } }';
  // One after the other: decisions of one request are of one instant, and either may be listed first.
  for (const action of ['DIRECT_MESSAGE', 'FOLLOW']) {
    await api.data(agency.key, reserve, { inputs: [asked(action)] });
  }
  const record = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
  const { campaignId: _, ...activity } = {
    campaignId,
    ...asked('COMMENT'),
    occurredAt: new Date().toISOString(),
  };
  await api.data(agency.key, record, { inputs: [activity] });
}

/** How many statements PostgreSQL is sent while something is asked: the fewest of several times. */
async function statementsOf(ask: () => Promise<unknown>): Promise<number> {
  const sent = jest.spyOn(pg.Client.prototype, 'query');
  try {
    const counts: number[] = [];
    for (let times = 0; times < ASKED_TIMES; times += 1) {
      sent.mockClear();
      await ask();
      counts.push(sent.mock.calls.filter(([asked]: readonly unknown[]) => !isNotice(asked)).length);
    }
    return Math.min(...counts);
  } finally {
    sent.mockRestore();
  }
}

/** What tells other processes is gathered for a while, and of no request in particular. */
function isNotice(asked: unknown): boolean {
  return typeof asked === 'string' && asked.includes('pg_notify');
}

/** The page of a list that a query asks for. */
async function pageOf(query: string, first: number): Promise<unknown[]> {
  const [list] = Object.values<{ nodes: unknown[] }>(await api.data(agency.key, query, { first }));
  return list?.nodes ?? [];
}

const LIMIT = 'limit { max scopeKind window { kind } }';
const QUERIES: readonly (readonly [what: string, selection: string])[] = [
  [
    'an agency with its client accounts',
    `clientAccounts(first: $first) { totalCount nodes { name seatAllowance seatsTaken seatsFree
    plan { name limits { max } } usage { used ${LIMIT} } seats(first: 5) { nodes { holderName } } } }`,
  ],
  [
    'seats with usage and room',
    `seats(first: $first) { totalCount nodes { holderName status clientAccount { name }
    usage { used held remaining ${LIMIT} } room { action remaining binding { code message } } } }`,
  ],
  [
    'seats with credits',
    `seats(first: $first) { nodes { holderName credits { available held lots { remaining } nextGrantAt } } }`,
  ],
  [
    'seats with what stops them',
    `seats(first: $first) { nodes { holderName restrictions { kind } daysOff pendingInvitations holdsExpiredToday } }`,
  ],
  [
    'decisions with reasons',
    `decisions(first: $first) { nodes { outcome recipientProfileUrl reasons { code message ${LIMIT} }
    warnings { code } usage { used } suggestions { action seat { holderName } } seat { holderName } clientAccount { name } campaign { name }
    reservation { status } } }`,
  ],
  [
    'reservations',
    'reservations(first: $first) { nodes { status expiresAt recipientProfileUrl seat { holderName clientAccount { name } } } }',
  ],
  [
    'reservations with their texts',
    'reservations(first: $first) { nodes { status keptText { subject body unreadable keptUntil } } }',
  ],
  [
    'activities',
    'activities(first: $first) { nodes { action recipientProfileUrl seat { holderName clientAccount { name } } } }',
  ],
  [
    'alerts',
    `alerts(first: $first) { nodes { kind message usage { used } seat { holderName } clientAccount { name plan { name } } campaign { name } } }`,
  ],
  [
    'campaigns',
    `campaigns(first: $first) { totalCount nodes { name clientAccount { name } seats { holderName status } usage { used ${LIMIT} } } }`,
  ],
  [
    'campaigns with how far they are',
    `campaigns(first: $first) { nodes { name approval { state version } steps { version } people { enrolled }
    seatShares { weight } } }`,
  ],
  ['plans', 'plans(first: $first) { totalCount nodes { name limits { max window { kind } } } }'],
  ['keys', 'apiKeys(first: $first) { totalCount nodes { name role clientAccount { name } } }'],
  ['the audit log', 'auditLog(first: $first) { nodes { at actor verb changes { field old new } } }'],
];

it.each(QUERIES)(
  '%s are read with as many statements for a page of 1 as for one of 100',
  async (_, selection) => {
    const query = `query ($first: Int) { ${selection} }`;
    expect(await pageOf(query, 1)).toHaveLength(1);
    expect((await pageOf(query, 100)).length).toBeGreaterThanOrEqual(ROWS);
    const ofOne = await statementsOf(() => pageOf(query, 1));
    expect(ofOne).toBeGreaterThan(2);
    expect(await statementsOf(() => pageOf(query, 100))).toBe(ofOne);
  },
);

it('of a fresh answer is the same with all that is known of it', async () => {
  const reserve = (fields: string) => async (): Promise<void> => {
    const input = {
      seatId: toId('seat', agency.seat.id),
      action: 'COMMENT',
      recipient: { profileUrl: `linkedin.com/in/${randomUUID()}` },
      idempotencyKey: randomUUID(),
    };
    const query = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { ${fields} } } }`;
    const { decision } = (await api.data(agency.key, query, { input })).reserve;
    if (!decision) throw new Error('It was not decided.');
  };
  await reserve('id')();
  const ofLittle = await statementsOf(reserve('id'));
  const all =
    'id outcome recipientProfileUrl usage { used } reasons { code } reservation { id status recipientProfileUrl }';
  expect(await statementsOf(reserve(all))).toBe(ofLittle);
  expect(ofLittle).toBeGreaterThan(5);
});
