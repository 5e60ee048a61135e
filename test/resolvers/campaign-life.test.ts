import { fromId } from '../../src/schema/ids.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { Changes } from '../../src/services/changes.js';
import { BusyWork } from '../../src/services/busy-work.js';
import { TaggedList } from '../../src/services/campaigns/campaign.audience.js';
import { CampaignEnrolling } from '../../src/services/campaigns/campaign.enrolling.js';
import { Api } from '../support/api.js';
import { testDatabase } from '../support/database.js';
import { CampaignStage, STEPS } from './campaign.support.js';

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const PEOPLE = 'SELECT recipient_id, seat_id, version, step, degree FROM enrolment WHERE agency_id = $1';

describe('the life of a campaign', () => {
  it('is not begun while anything speaks against it, and all of it is told at once', async () => {
    const stage = await CampaignStage.open(api);
    const { campaign, errors } = await stage.change('launchCampaign');
    expect(campaign).toBeNull();
    expect(errors).toEqual([
      'INVALID steps: It has no steps.',
      'INVALID audienceTags: It doesn’t say whom it is for.',
    ]);
    const { problems } = await stage.read('problems { code severity path }');
    expect(problems).toEqual([
      { code: 'STEPS_MISSING', severity: 'CRITICAL', path: ['steps'] },
      { code: 'AUDIENCE_MISSING', severity: 'CRITICAL', path: ['audienceTags'] },
      { code: 'PURPOSE_MISSING', severity: 'WARNING', path: ['purpose'] },
      { code: 'LAWFUL_BASIS_MISSING', severity: 'WARNING', path: ['lawfulBasis'] },
      { code: 'DATA_SOURCE_MISSING', severity: 'WARNING', path: ['dataSource'] },
    ]);
  });

  it('tells what is wrong with texts, for whom they are meant, and where the data is from', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(3);
    const body = 'Hi {{ first_name }}, let us talk about {{ company }} and {{ last_post }} some day soon.';
    const steps = [
      { key: 'invite', kind: 'CONNECT', variants: [{ key: 'a', body: 'Hello {{ first_name' }] },
      { key: 'mail', kind: 'INMAIL', variants: [{ key: 'a', subject: 'Hi', body }] },
      {
        key: 'text',
        kind: 'MESSAGE',
        variants: [{ key: 'a', body: 'Hi {{ first_name }} of {{ company }}, hello.' }],
      },
    ];
    await stage.change('setCampaignSteps', { steps });
    const { problems } = await stage.read('problems { code severity path message }');
    const told = problems.map(
      (one: { severity: string; code: string; path: string[] }) =>
        `${one.severity} ${one.code} ${one.path.join('.')}`,
    );
    expect(told).toEqual([
      'CRITICAL NOT_CONNECTED_YET steps.2',
      'CRITICAL TEMPLATE_INVALID steps.0.variants.0.body',
      'CRITICAL VALUE_MISSING steps.1.variants.0.body',
    ]);
    const first = [
      {
        key: 'invite',
        kind: 'CONNECT',
        variants: [{ key: 'a', body: 'Hi {{ first_name }} of {{ company }}, shall we connect?' }],
      },
    ];
    await stage.change('setCampaignSteps', { steps: first });
    const warned = (await stage.read('problems { code severity message }')).problems;
    expect(warned).toEqual([
      { code: 'TEXT_FINDING', severity: 'WARNING', message: expect.stringContaining('ORIGIN_NOT_TOLD') },
    ]);
  });

  it('takes each person in once, and nobody who may not be contacted; those connected to a seat go to it', async () => {
    const stage = await CampaignStage.open(api, 3);
    await stage.prepare(40);
    const [marked, connected] = await stage.rows(
      'SELECT p.profile_url, p.recipient_id FROM prospect p WHERE p.agency_id = $1 ORDER BY p.recipient_id LIMIT 2',
    );
    const seat = fromId('seat', stage.seats[2]!)!;
    const accept = {
      ...{ seatId: stage.seats[2], recipientProfileUrl: connected.profile_url, kind: 'INVITATION_ACCEPTED' },
      ...{ occurredAt: new Date(Date.now() - 60_000).toISOString(), idempotencyKey: 'accepted' },
    };
    await api.data(
      stage.agency.key,
      'mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { creditsReturned } }',
      { inputs: [accept] },
    );
    await api.data(
      stage.agency.key,
      'mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { changed } }',
      { input: { profileUrl: marked.profile_url } },
    );
    const { campaign, errors } = await stage.change('launchCampaign');
    expect(errors).toEqual([]);
    expect(campaign).toMatchObject({
      status: 'RUNNING',
      version: 1,
      isEnrolling: false,
      people: { enrolled: 39, waiting: 39 },
    });
    const people = await stage.rows(PEOPLE);
    expect(people.map((one) => one.recipient_id)).not.toContain(marked.recipient_id);
    expect(people.find((one) => one.recipient_id === connected.recipient_id)).toMatchObject({
      seat_id: seat,
      degree: 'FIRST',
      step: 'look',
    });
    // Again, and with more on the list: the same people once more, and the new ones.
    await stage.list(5);
    expect((await stage.change('launchCampaign')).campaign.people.enrolled).toBe(44);
    const again = await stage.rows(PEOPLE);
    expect(new Set(again.map((one) => one.recipient_id)).size).toBe(44);
  });

  it('spreads 2,000 people over three seats by weight and room, at once', async () => {
    const stage = await CampaignStage.open(api, 3);
    await stage.prepare(2_000);
    const seats = stage.seats.map((seatId, index) => ({ seatId, weight: index + 1 }));
    await stage.change('setCampaignSeats', { seats });
    const { campaign } = await stage.change('launchCampaign');
    expect(campaign).toMatchObject({ isEnrolling: false, people: { enrolled: 2_000 } });
    const rows = await stage.rows(
      'SELECT seat_id, count(*)::int AS people FROM enrolment WHERE agency_id = $1 GROUP BY seat_id',
    );
    const of = (index: number) =>
      rows.find(({ seat_id }) => seat_id === fromId('seat', stage.seats[index]!))?.people;
    expect([of(0), of(1), of(2)].map((count) => Math.round(count / 100))).toEqual([3, 7, 10]);
  });

  it('goes on taking people in where a process died, and again changes nothing', async () => {
    const stage = await CampaignStage.open(api, 2);
    await stage.prepare(1_500);
    // As a launch leaves it that was committed, and whose process then died after its first turn.
    const id = fromId('campaign', stage.campaign)!;
    const launched = `status = 'RUNNING', version = 1, enrolling_after = '00000000-0000-0000-0000-000000000000'`;
    await stage.rows(`UPDATE campaign SET ${launched} WHERE agency_id = $1`);
    const reader = new LedgerReader((await testDatabase()).appUrl);
    const enrolling = new CampaignEnrolling(api.dataSource, {
      reader,
      audience: new TaggedList(),
      busy: new BusyWork(),
      changes: new Changes(api.dataSource),
    });
    expect(await enrolling.enrol(stage.agency, id, 1)).toBe(false);
    expect(await stage.read()).toMatchObject({ isEnrolling: true, people: { enrolled: 1_000 } });
    await Promise.all([enrolling.goOn(stage.agency.agencyId), enrolling.goOn(stage.agency.agencyId)]);
    expect(await stage.read()).toMatchObject({ isEnrolling: false, people: { enrolled: 1_500 } });
    await enrolling.goOn(stage.agency.agencyId);
    expect((await stage.read()).people.enrolled).toBe(1_500);
    await reader.close();
  });

  it('has somebody once who was taken in under an address that turned out to be theirs', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(1);
    await stage.change('launchCampaign');
    const [first] = await stage.rows(PEOPLE);
    await stage.list(1);
    const [other] = await stage.rows(
      `SELECT recipient_id AS id FROM prospect WHERE agency_id = $1 AND recipient_id <> '${first.recipient_id}'`,
    );
    await stage.rows(`DELETE FROM prospect WHERE agency_id = $1 AND recipient_id = '${first.recipient_id}'`);
    await stage.rows(
      `UPDATE recipient SET merged_into = '${other.id}' WHERE agency_id = $1 AND id = '${first.recipient_id}'`,
    );
    expect((await stage.change('launchCampaign')).campaign.people.enrolled).toBe(1);
  });

  it('goes from RUNNING to COMPLETED and back from nowhere', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(2);
    expect((await stage.change('pauseCampaign')).errors).toEqual(['WRONG_STATE The campaign is DRAFT.']);
    await stage.change('launchCampaign');
    expect((await stage.change('archiveCampaign')).errors).toEqual(['WRONG_STATE The campaign is RUNNING.']);
    const turns = [
      'pauseCampaign',
      'pauseCampaign',
      'resumeCampaign',
      'resumeCampaign',
      'completeCampaign',
      'completeCampaign',
    ];
    const statuses = [];
    for (const verb of turns) statuses.push((await stage.change(verb)).campaign.status);
    expect(statuses).toEqual(['PAUSED', 'PAUSED', 'RUNNING', 'RUNNING', 'COMPLETED', 'COMPLETED']);
    expect((await stage.read()).people).toMatchObject({ waiting: 0, stopped: 2 });
    for (const verb of ['launchCampaign', 'updateCampaign', 'resumeCampaign']) {
      expect((await stage.change(verb)).errors[0]).toMatch(/^WRONG_STATE/);
    }
    expect((await stage.change('archiveCampaign')).campaign.status).toBe('ARCHIVED');
    const { alerts } = await api.data(stage.agency.key, '{ alerts { nodes { kind campaign { id } } } }');
    expect(alerts.nodes).toContainEqual({ kind: 'CAMPAIGN_COMPLETED', campaign: { id: stage.campaign } });
  });

  it('changes by versions: whoever has started under the old one goes on under it', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(2);
    await stage.change('launchCampaign');
    // The same steps again are no new version.
    expect((await stage.change('setCampaignSteps', { steps: STEPS })).campaign.draftVersion).toBe(1);
    const [first] = await stage.rows('SELECT id FROM enrolment WHERE agency_id = $1 ORDER BY id');
    await stage.rows(
      `UPDATE enrolment SET started_at = enrolled_at WHERE agency_id = $1 AND id = '${first.id}'`,
    );
    const changed = await stage.change('setCampaignSteps', { steps: STEPS.slice(1) });
    expect(changed.campaign).toMatchObject({ version: 1, draftVersion: 2 });
    expect(await stage.rows('SELECT DISTINCT version FROM enrolment WHERE agency_id = $1')).toEqual([
      { version: 1 },
    ]);
    expect((await stage.change('launchCampaign')).campaign).toMatchObject({ status: 'RUNNING', version: 2 });
    const people = await stage.rows(
      'SELECT id, version, step FROM enrolment WHERE agency_id = $1 ORDER BY version',
    );
    expect(people.map(({ version, step }) => [version, step])).toEqual([
      [1, 'look'],
      [2, 'invite'],
    ]);
    expect(people[0].id).toBe(first.id);
    const { old, now } = await stage.read(
      'old: steps(version: 1) { steps { key } } now: steps { version steps { key } }',
    );
    expect([old.steps.length, now.version, now.steps.length]).toEqual([4, 2, 3]);
  });

  it('is for those who manage the client account, and shows a viewer of it no more than its own', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(2);
    const account = stage.agency.clientAccount.id;
    for (const role of ['OPERATOR', 'ANALYST', 'CLIENT'] as const) {
      const key = await api.keyOf(stage.agency, role, role === 'ANALYST' ? null : account);
      expect((await stage.change('launchCampaign', {}, key)).errors[0]).toMatch(/^FORBIDDEN_FOR_ROLE/);
    }
    const stranger = await CampaignStage.open(api);
    expect((await stage.change('launchCampaign', {}, stranger.agency.key)).errors).toEqual([
      'NOT_FOUND There is no such campaign.',
    ]);
    const client = await api.keyOf(stage.agency, 'CLIENT', account);
    expect(await stage.read('purpose seatShares { weight seat { id } } people { enrolled }', client)).toEqual(
      {
        ...{ purpose: 'To meet', people: { enrolled: 0 } },
        seatShares: [{ weight: 1, seat: { id: stage.seats[0] } }],
      },
    );
  });
});
