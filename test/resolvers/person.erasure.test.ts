import pg from 'pg';
import { toId } from '../../src/schema/ids.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import { RetentionService } from '../../src/services/prospects/retention.service.js';
import { inAgency } from '../../src/tenancy/door.js';
import { systemViewer } from '../../src/tenancy/viewer.js';
import { TEST_FINGERPRINTS, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { testDatabase } from '../support/database.js';
import { ProspectDesk } from './prospect-desk.js';

let api: Api;
let agency: SeededAgency;
let desk: ProspectDesk;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  desk = new ProspectDesk(api, agency);
});

const LEAD = 'https://www.linkedin.com/sales/lead/ACwAAAbcd';
const ADA = 'https://www.linkedin.com/in/ada-secretname';

async function add(profileUrl: string, more: object = {}, clientAccountId = desk.client): Promise<string> {
  const input = { clientAccountId, prospects: [{ profileUrl, firstName: 'Secretname', ...more }] };
  const { results } = await desk.mutate('addProspects', 'AddProspectsInput', input, 'results { outcome }');
  return results[0].outcome;
}

const erase = (profileUrl: string, key = agency.key): Promise<Json> =>
  desk.mutate('erasePerson', 'ErasePersonInput', { profileUrl }, 'prospects released', key);

async function exported(profileUrl: string, key = agency.key): Promise<Json> {
  const query = 'query ($profileUrl: String!) { exportPerson(profileUrl: $profileUrl) }';
  return JSON.parse((await api.data(key, query, { profileUrl })).exportPerson);
}

/** Every text in the tables that hold a person's data. */
function everything(): Promise<string> {
  return inAgency(api.dataSource, agency.owner, async (manager) => {
    const rows = await Promise.resolve([
      await manager.query('SELECT * FROM recipient WHERE agency_id = $1', [agency.agencyId]),
      await manager.query('SELECT * FROM prospect WHERE agency_id = $1', [agency.agencyId]),
      await manager.query('SELECT * FROM prospect_term WHERE agency_id = $1', [agency.agencyId]),
      await manager.query('SELECT * FROM audit_entry WHERE agency_id = $1', [agency.agencyId]),
    ]);
    return JSON.stringify(rows).toLowerCase();
  });
}

describe('erasePerson', () => {
  it('takes a person off every list, whom nobody reaches any more, by either address', async () => {
    const other = toId('client', await desk.addClientAccount());
    await desk.send('PROFILE_VIEW', { profileUrl: ADA, company: 'Secretname Ltd' });
    const { reservation } = await desk.reserve('FOLLOW', { profileUrl: ADA });
    expect([await add(ADA, { salesNavigatorUrl: LEAD }), await add(LEAD, {}, other)]).toEqual([
      'ADDED',
      'ADDED',
    ]);
    expect(await everything()).toContain('secretname');
    expect(await erase(`${ADA}/?x=1`)).toEqual({ prospects: 2, released: 1, userErrors: [] });
    expect(await everything()).not.toMatch(/secretname|acwaaabcd/);
    expect(await desk.became(reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
    for (const profileUrl of [ADA, LEAD]) {
      expect((await desk.reserve('PROFILE_VIEW', { profileUrl })).outcome).toBe('DENIED');
      expect(await add(profileUrl)).toBe('ERASED');
    }
    expect(await everything()).not.toMatch(/secretname|acwaaabcd/);
    const decided = '{ decisions(outcome: ALLOWED) { nodes { action recipientProfileUrl } } }';
    expect((await api.data(agency.key, decided)).decisions.nodes).toEqual([
      { action: 'FOLLOW', recipientProfileUrl: null },
      { action: 'PROFILE_VIEW', recipientProfileUrl: null },
    ]);
    const query = '{ auditLog(first: 1) { nodes { verb subjectKind subjectId changes { field new } } } }';
    expect((await api.data(agency.key, query)).auditLog.nodes).toEqual([
      {
        ...{ verb: 'erasePerson', subjectKind: 'PERSON', subjectId: null },
        changes: [
          { field: 'erased', new: 'true' },
          { field: 'prospects', new: '2' },
        ],
      },
    ]);
  });

  it('erases those too who were made one with the person only later', async () => {
    for (const address of [ADA, LEAD])
      expect(await add(address, { company: 'Secretname Ltd' })).toBe('ADDED');
    // Who has both addresses tells that these two are one.
    expect(await add(ADA, { salesNavigatorUrl: LEAD })).toBe('UPDATED');
    expect((await erase(ADA)).userErrors).toEqual([]);
    expect(await everything()).not.toMatch(/secretname|acwaaabcd/);
    for (const profileUrl of [ADA, LEAD]) {
      expect((await desk.reserve('FOLLOW', { profileUrl })).outcome).toBe('DENIED');
    }
  });

  it.each([
    ['of the site', ADA],
    ['of Sales Navigator', LEAD],
  ])(
    'by the address %s erases who has a history by either, and could not be made one',
    async (_, address) => {
      for (const profileUrl of [ADA, LEAD]) {
        await desk.send('PROFILE_VIEW', { profileUrl, company: 'Secretname Ltd' });
      }
      await desk.send('PROFILE_VIEW', { profileUrl: `${ADA}-sister`, company: 'Sisters Ltd' });
      await add(ADA, { salesNavigatorUrl: LEAD });
      expect((await erase(address)).userErrors).toEqual([]);
      const left = (await everything()).replaceAll('ada-secretname-sister', 'her sister');
      expect(left).toContain('her sister');
      expect(left).not.toMatch(/secretname|acwaaabcd/);
      for (const profileUrl of [ADA, LEAD]) {
        expect((await desk.reserve('FOLLOW', { profileUrl })).outcome).toBe('DENIED');
      }
    },
  );

  it('leaves a mark that nobody takes back, unlike one that was set by hand', async () => {
    const unmark = (input: object): Promise<Json> =>
      desk.mutate('removeDoNotContact', 'DoNotContactInput', input, 'changed');
    const mark = { profileUrl: ADA };
    await add(ADA, { salesNavigatorUrl: LEAD });
    await desk.mutate('addDoNotContact', 'DoNotContactInput', mark, 'changed');
    expect(await unmark(mark)).toEqual({ changed: 1, userErrors: [] });
    const ofClient = { ...mark, clientAccountId: desk.client };
    await desk.mutate('addDoNotContact', 'DoNotContactInput', ofClient, 'changed');
    await erase(ADA);
    for (const profileUrl of [ADA, LEAD]) {
      expect(await unmark({ profileUrl })).toEqual({
        changed: 0,
        userErrors: [{ code: 'WRONG_STATE', field: ['input', 'profileUrl'] }],
      });
    }
    expect((await unmark(ofClient)).changed).toBe(1);
    expect((await desk.reserve('PROFILE_VIEW', { profileUrl: ADA })).outcome).toBe('DENIED');
  });

  it('is for those who see the whole agency, of people whom it knows', async () => {
    await add(ADA);
    for (const [role, account] of [
      ['MANAGER', null],
      ['ADMIN', agency.clientAccount.id],
    ] as const) {
      const key = await api.keyOf(agency, role, account);
      expect((await erase(ADA, key)).userErrors[0].code).toBe('FORBIDDEN_FOR_ROLE');
      const query = 'query ($url: String!) { exportPerson(profileUrl: $url) }';
      expect(await api.code(key, query, { url: ADA })).toBe('FORBIDDEN');
    }
    const other = await api.seed();
    expect((await erase(ADA, other.key)).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'profileUrl'] },
    ]);
    expect((await erase('linkedin.com/company/x')).userErrors[0].code).toBe('INVALID');
    expect((await erase(ADA)).prospects).toBe(1);
  });
});

describe('exportPerson', () => {
  it('tells everything about one person, and nothing of another', async () => {
    await add(ADA, {
      salesNavigatorUrl: LEAD,
      company: 'Engines',
      customFields: [{ name: 'seat', value: 'x' }],
    });
    await add('https://www.linkedin.com/in/bea');
    await desk.send('PROFILE_VIEW', { profileUrl: ADA });
    await desk.engage(desk.engagement('REPLIED', { profileUrl: ADA }));
    const mark = { company: 'engines', clientAccountId: desk.client };
    await desk.mutate('addDoNotContact', 'DoNotContactInput', mark, 'changed');
    const told = await exported(LEAD);
    expect(told).toMatchObject({
      people: [{ profileUrl: ADA, erasedAt: null }],
      prospects: [
        {
          client: desk.client,
          profileUrl: ADA,
          firstName: 'Secretname',
          company: 'Engines',
          customFields: { seat: 'x' },
        },
      ],
      decisions: [{ seat: desk.seat, action: 'PROFILE_VIEW', outcome: 'ALLOWED' }],
      activities: [{ seat: desk.seat, action: 'PROFILE_VIEW', origin: 'COMMIT' }],
      engagements: [{ seat: desk.seat, kind: 'REPLIED' }],
      connections: [],
      doNotContact: [{ kind: 'COMPANY', scopeKind: 'CLIENT_ACCOUNT', client: desk.client }],
    });
    expect(JSON.stringify(told)).not.toContain('/in/bea');
    expect(told.prospects[0].addedAt).toMatch(/^\d{4}-.*Z$/);
    expect(await exported(ADA)).toEqual(told);
    const nobody = await api.data(agency.key, '{ exportPerson(profileUrl: "linkedin.com/in/nobody") }');
    expect(nobody).toEqual({ exportPerson: null });
  });
});

describe('retention', () => {
  const months = async (): Promise<number | null> =>
    (await api.data(agency.key, '{ viewer { agency { prospectRetentionMonths } } }')).viewer.agency
      .prospectRetentionMonths;
  const set = (prospectMonths: number | null): Promise<Json> =>
    desk.mutate('setRetention', 'SetRetentionInput', { prospectMonths }, 'prospectMonths');

  async function swept(): Promise<number> {
    const parts = { changes: new Changes(api.dataSource), audit: new AuditLog(TEST_FINGERPRINTS) };
    return new RetentionService(api.dataSource, parts).sweep(systemViewer(agency.agencyId, 'sweep'));
  }

  /** As if they had been listed so long ago. */
  async function addedAgo(slug: string, ago: { months: number; days: number }): Promise<string> {
    const profileUrl = `https://www.linkedin.com/in/${slug}`;
    await add(profileUrl);
    const at = new Date();
    at.setUTCMonth(at.getUTCMonth() - ago.months, at.getUTCDate() - ago.days);
    const { ownerUrl } = await testDatabase();
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await owner.query('BEGIN');
    await owner.query('SELECT see_agencies($1)', [[agency.agencyId]]);
    await owner.query('UPDATE prospect SET added_at = $2 WHERE agency_id = $1 AND profile_url = $3', [
      ...[agency.agencyId, at.getTime(), profileUrl],
    ]);
    await owner.query('COMMIT');
    await owner.end();
    return profileUrl;
  }

  it('is 36 months since the last contact, unless the agency says otherwise', async () => {
    expect(await months()).toBe(36);
    await addedAgo('old', { months: 36, days: 2 });
    const written = await addedAgo('written-to', { months: 37, days: 0 });
    const answered = await addedAgo('answered', { months: 37, days: 0 });
    const held = await addedAgo('about-to-be', { months: 37, days: 0 });
    await addedAgo('young', { months: 35, days: 27 });
    await desk.send('PROFILE_VIEW', { profileUrl: written });
    await desk.engage(desk.engagement('REPLIED', { profileUrl: answered }));
    await desk.reserve('FOLLOW', { profileUrl: held });
    expect(await set(null)).toEqual({ prospectMonths: null, userErrors: [] });
    expect([await months(), await swept()]).toEqual([null, 0]);
    await set(36);
    expect([await swept(), await swept()]).toEqual([1, 0]);
    const query = 'query ($id: ID!) { prospects(clientAccountId: $id) { nodes { profileUrl } } }';
    const { prospects } = await api.data(agency.key, query, { id: desk.client });
    const slugs = prospects.nodes.map(({ profileUrl }: Json) => profileUrl.slice(28));
    expect(slugs.toSorted()).toEqual(['about-to-be', 'answered', 'written-to', 'young']);
    for (const wrong of [0, 121]) expect((await set(wrong)).userErrors[0].code).toBe('INVALID');
  });

  it('goes by the contact of the client account of the list, and tells of no other one’s by who stays', async () => {
    const other = await desk.addSeat(await desk.addClientAccount());
    const slugs = ['written-to-by-others', 'answered-others', 'held-by-others', 'nobody-wrote-to'];
    const [written, answered, held] = await Promise.all(
      slugs.map((slug) => addedAgo(slug, { months: 37, days: 0 })),
    );
    await desk.send('PROFILE_VIEW', { profileUrl: written! }, { seatId: other });
    await desk.engage(desk.engagement('REPLIED', { profileUrl: answered! }, { seatId: other }));
    await desk.reserve('FOLLOW', { profileUrl: held! }, { seatId: other });
    expect(await swept()).toBe(4);
  });

  it('looks for the last contact by every address of a person', async () => {
    const profileUrl = 'https://www.linkedin.com/in/both';
    const { reservation } = await desk.reserve('FOLLOW', { profileUrl });
    const release = `mutation ($id: ID!) { releaseReservation(input: { reservationId: $id }) { userErrors { code } } }`;
    await api.data(agency.key, release, { id: reservation.id });
    await desk.send('FOLLOW', { profileUrl: LEAD });
    await addedAgo('both', { months: 37, days: 0 });
    expect((await desk.add([{ profileUrl, salesNavigatorUrl: LEAD }])).updated).toBe(1);
    await addedAgo('nobody-wrote-to', { months: 37, days: 0 });
    expect(await swept()).toBe(1);
    expect((await desk.list()).nodes).toMatchObject([{ profileUrl, salesNavigatorUrl: LEAD }]);
  });
});
