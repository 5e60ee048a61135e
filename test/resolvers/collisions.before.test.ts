import { ACTIONS } from '../../src/quota/words.js';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { uuidAt } from '../../src/tenancy/uuid.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { codesOf, Outreach, type Recipient, someone } from '../support/outreach.js';
import { CampaignStage } from './campaign.support.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-24T10:17:23.456Z');

let clocked: ClockedApi;
let api: Api;
let agency: SeededAgency;
let desk: Outreach;
let theirSeat: string;

beforeAll(async () => {
  clocked = await ClockedApi.start(NOW);
  ({ api } = clocked);
});
afterAll(() => clocked.close());
beforeEach(async () => {
  await clocked.setClock(NOW);
  await open(await api.seed({ plan: { seatAllowance: 20 } }));
});

/** Two client accounts of an agency that pool their contacts. */
async function open(opened: SeededAgency): Promise<void> {
  agency = opened;
  desk = new Outreach(api, agency);
  const other = await desk.addClientAccount();
  const { seats } = servicesOn(api.dataSource);
  theirSeat = toId('seat', done(await seats.addSeat(agency.owner, newSeat(other))).id);
  const query = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) { userErrors { code } } }`;
  for (const id of [agency.clientAccount.id, other]) {
    const input = { clientAccountId: toId('client', id), poolsContacts: true };
    expect((await api.data(agency.key, query, { input })).updateClientAccount.userErrors).toEqual([]);
  }
}

const person = (): Recipient => someone({ degree: 'FIRST' });
const theirs = (recipient: Recipient): Promise<Json> =>
  desk.reserve('DIRECT_MESSAGE', recipient, { seatId: theirSeat, holdSeconds: 30 });

describe('whoever turned out to be the same person', () => {
  /** As a list that tells both addresses makes them one. */
  async function join(other: Recipient, one: Recipient): Promise<void> {
    await desk.send('PROFILE_VIEW', one);
    const [joined] = await inAgency(api.dataSource, agency.owner, (manager) =>
      manager.query(
        `UPDATE recipient r SET merged_into = o.id FROM recipient o
         WHERE r.agency_id = $1 AND o.agency_id = $1 AND r.profile_url = $2 AND o.profile_url = $3 RETURNING r.id`,
        [agency.agencyId, other.profileUrl, one.profileUrl],
      ),
    );
    expect(joined).toHaveLength(1);
  }

  it.each(['send', 'reserve'] as const)('is taken by what was done to them: %s', async (doing) => {
    const [before, now] = [person(), person()];
    await desk[doing]('DIRECT_MESSAGE', before);
    await join(before, now);
    expect(codesOf(await theirs(now))).toEqual(['TAKEN_BY_OTHER_CLIENT']);
    expect((await theirs(person())).outcome).toBe('ALLOWED');
  });

  it('is taken by the campaign that took them in', async () => {
    const stage = await CampaignStage.open(api, 1, { plan: { seatAllowance: 20 } });
    await open(stage.agency);
    await stage.prepare(1);
    expect((await stage.change('launchCampaign')).errors).toEqual([]);
    const [enrolled] = await stage.rows(
      `SELECT r.profile_url AS "profileUrl" FROM enrolment e JOIN recipient r ON r.agency_id = $1 AND r.id = e.recipient_id
       WHERE e.agency_id = $1`,
    );
    const now = person();
    await join(enrolled, now);
    expect(codesOf(await theirs(now))).toEqual(['TAKEN_BY_OTHER_CLIENT']);
  });

  it('has had the contacts of both together', async () => {
    const [before, now] = [person(), person()];
    for (let day = 0; day < 4; day += 1) {
      await clocked.setClock(NOW + day * DAY);
      for (const recipient of [before, now]) await desk.send('DIRECT_MESSAGE', recipient);
    }
    await clocked.setClock(NOW + 4 * DAY);
    expect((await desk.reserve('DIRECT_MESSAGE', now, { holdSeconds: 30 })).outcome).toBe('ALLOWED');
    await clocked.setClock(NOW + 5 * DAY);
    await join(before, now);
    expect(codesOf(await desk.reserve('DIRECT_MESSAGE', now))).toEqual(['COOLDOWN']);
  });
});

describe('a version of the policy from before there were numbers for it', () => {
  /** As a program that knew of no collisions wrote it: what it has otherwise than the built-in one, and nothing else. */
  async function publishedBefore(): Promise<void> {
    const gap = {
      ...{
        kind: 'GAP',
        description: 'Between two actions of a seat.',
        actions: ACTIONS,
        onlyWithNote: false,
      },
      ...{ tiers: null, window: null, recommended: 91, ceiling: null, unit: 'seconds', source: 'A letter' },
      ...{ sourceUrl: null, confidence: 'LOW', checkedOn: '2026-11-01' },
    };
    await inAgency(api.dataSource, agency.owner, (manager) =>
      manager.query(
        `INSERT INTO policy_version (agency_id, id, number, version, based_on, built_in, effective_from, published_at,
           published_by, source, numbers)
         VALUES ($1, $2, 1, '2026-11.1', '2026-11', '2026-11', $3, $3, 'system:test', 'A letter', $4)`,
        [
          agency.agencyId,
          uuidAt(NOW - DAY),
          NOW - DAY,
          JSON.stringify({ v: 1, rules: [gap], creditRules: [] }),
        ],
      ),
    );
  }

  it('has those of the built-in one that it follows from: it binds as it says', async () => {
    await publishedBefore();
    const query = '{ policy { version rules { kind ceiling recommended } } }';
    const { policy } = await api.data(agency.key, query);
    expect(policy.version).toBe('2026-11.1');
    const of = (kind: string) => policy.rules.filter((rule: Json) => rule.kind === kind);
    expect(of('GAP')).toEqual([{ kind: 'GAP', ceiling: null, recommended: 91 }]);
    expect(of('COLLISION_EMBARGO')).toEqual([{ kind: 'COLLISION_EMBARGO', ceiling: 30, recommended: null }]);
    expect(of('PERSON_PRESSURE')).toMatchObject([{ ceiling: 8 }]);
    const recipient = person();
    const decision = await desk.send('DIRECT_MESSAGE', recipient);
    expect(decision.outcome).toBe('ALLOWED');
    expect(codesOf(await theirs(recipient))).toEqual(['TAKEN_BY_OTHER_CLIENT']);
  });
});
