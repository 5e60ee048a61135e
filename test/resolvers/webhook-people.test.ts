import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { ME } from '../imports/reading.js';
import { done, newSeat, servicesOn } from '../support/agency.js';
import { SMALL_EXPORT, upload, zipOf } from '../support/exports.js';
import { PeopleStage, told } from './webhook-people.support.js';

const DAY = 86_400_000;
/** What a CRM knows somebody by, of letters that no id is written with. */
const REF = 'number-4711';

let stage: PeopleStage;
beforeAll(async () => {
  stage = await PeopleStage.set();
});
afterAll(() => stage.close());

describe('an engagement', () => {
  it('is told whoever records it: a caller, a tool, an archive; once, and with no text', async () => {
    const agency = await stage.api.seed({ seat: { externalRef: 'a-1', profileUrl: ME } });
    const { key, seat } = agency;
    const crm = await stage.endpoint(key);
    const occurredAt = new Date(stage.at).toISOString();
    for (let times = 0; times < 2; times += 1) await stage.engage(agency, 'by-caller', { occurredAt });
    const mapping = {
      typePath: 't',
      personPath: 'p',
      seatPath: 's',
      events: [{ type: 'a', engagement: 'REPLIED' }],
    };
    const source = { name: 'Tool', tool: 'GENERIC', mapping };
    const { url } = await stage.mutate(key, 'addInboundSource', source, 'url');
    await fetch(url, { method: 'POST', body: JSON.stringify({ t: 'a', p: 'in/by-tool', s: 'a-1' }) });
    await stage.pass(1);
    const terms = { key, query: `seatId=${toId('seat', seat.id)}`, zip: await zipOf(SMALL_EXPORT) };
    for (let times = 0; times < 2; times += 1) expect((await upload(stage.api.url, terms)).status).toBe(200);
    await stage.pass(1);
    await crm.receiver.has(4);
    await stage.engage(agency, 'last');
    await crm.receiver.has(5);
    expect(told(crm).sort()).toEqual([
      'engagement.recorded INVITATION_ACCEPTED alice',
      'engagement.recorded REPLIED alice',
      'engagement.recorded REPLIED by-caller',
      'engagement.recorded REPLIED by-tool',
      'engagement.recorded REPLIED last',
    ]);
    const { data } = crm.receiver.received[0]!.json;
    expect(data.engagement).toEqual({
      ...{ id: crm.receiver.ids[0], kind: 'REPLIED', origin: 'REPORT', campaign: null, reservationId: null },
      clientAccount: { id: toId('client', agency.clientAccount.id), externalRef: null },
      seat: { id: toId('seat', seat.id), externalRef: 'a-1' },
      ...{ occurredAt: expect.any(String), recordedAt: expect.any(String) },
      person: { profileUrl: 'https://www.linkedin.com/in/by-caller', isErased: false, prospect: null },
    });
  });

  it("of somebody on the list comes with the CRM's own reference, and of somebody who was erased with nothing", async () => {
    const agency = await stage.api.seed();
    const { key } = agency;
    const crm = await stage.endpoint(key, { prospectRefField: ' crmId ' });
    const { clientAccount } = agency;
    const customFields = [
      { name: 'crmId', value: REF },
      { name: 'other', value: 'not-told' },
    ];
    const listed = ['listed', 'erased'].map((slug) => ({
      profileUrl: `linkedin.com/in/${slug}`,
      customFields,
    }));
    const input = { clientAccountId: toId('client', clientAccount.id), prospects: listed };
    await stage.mutate(key, 'addProspects', input, 'added');
    await stage.engage(agency, 'listed');
    await crm.receiver.has(1);
    crm.receiver.answers = [500];
    await stage.engage(agency, 'erased');
    await crm.receiver.has(2);
    await stage.mutate(key, 'erasePerson', { profileUrl: 'https://www.linkedin.com/in/erased' }, 'prospects');
    await stage.passUntil(crm.receiver, 3);
    const people = crm.receiver.received.map(({ json }) => json.data.engagement.person);
    const prospect = { id: expect.stringMatching(/^prospect_/), externalRef: REF };
    expect(people).toEqual([
      { profileUrl: 'https://www.linkedin.com/in/listed', isErased: false, prospect },
      { profileUrl: 'https://www.linkedin.com/in/erased', isErased: false, prospect },
      { profileUrl: null, isErased: true, prospect: null },
    ]);
    expect(crm.receiver.ids[1]).toBe(crm.receiver.ids[2]);
    expect(JSON.stringify(crm.receiver.received)).not.toContain('not-told');
    // Told again, without a name still; and nothing of anybody lies in the log.
    await stage.pass(1);
    await stage.mutate(
      key,
      'replayWebhook',
      { webhookId: crm.id, from: new Date(0).toISOString() },
      'events',
    );
    await crm.receiver.has(5);
    expect(crm.receiver.received[4]!.json.data.engagement.person.profileUrl).toBeNull();
    const log = await stage.rows(
      `SELECT d::text AS row FROM webhook_delivery d WHERE agency_id = '${agency.agencyId}'
       UNION ALL SELECT w::text FROM webhook w WHERE agency_id = '${agency.agencyId}'`,
    );
    expect(log.length).toBeGreaterThan(4);
    expect(JSON.stringify(log)).not.toMatch(new RegExp(`linkedin|${REF}|listed|in/erased`));
  });

  it('of a seat that went to another client account bears no reference that the seat was given there', async () => {
    const agency = await stage.api.seed({ seat: { externalRef: `ours-${randomUUID()}` } });
    const { key, seat } = agency;
    const { clientAccounts } = servicesOn(stage.api.dataSource);
    const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
    const other = done(await clientAccounts.createClientAccount(agency.owner, terms));
    const whole = await stage.endpoint(key);
    const one = await stage.endpoint(key, { clientAccountId: toId('client', agency.clientAccount.id) });
    await stage.engage(agency, 'before');
    await Promise.all([one.receiver.has(1), whole.receiver.has(1)]);
    const seatId = toId('seat', seat.id);
    const move = { seatId, clientAccountId: toId('client', other.id) };
    await stage.mutate(key, 'moveSeat', move, 'releasedReservations');
    await stage.mutate(key, 'updateSeat', { seatId, externalRef: `theirs-${seat.id}` }, 'seat { id }');
    await stage.pass(1);
    for (const { id: webhookId, receiver } of [one, whole]) {
      const from = new Date(0).toISOString();
      await stage.mutate(key, 'replayWebhook', { webhookId, from }, 'events');
      await receiver.has(2);
    }
    const refs = [...one.receiver.received, ...whole.receiver.received].map(
      ({ json }) => json.data.engagement.seat.externalRef,
    );
    expect(refs).toEqual([seat.externalRef, null, seat.externalRef, `theirs-${seat.id}`]);
  });

  it('and a hold come to Slack with nothing of a reference that Slack would take for its own', async () => {
    const externalRef = '<!channel> <https://elsewhere.example|Sign in> & co';
    const agency = await stage.api.seed({ seat: { externalRef } });
    const { key, seat } = agency;
    const seatId = toId('seat', seat.id);
    const { receiver } = await stage.endpoint(key, { format: 'SLACK', reservationChanges: true });
    const recipient = { profileUrl: 'https://www.linkedin.com/in/viewed' };
    const send = { seatId, action: 'PROFILE_VIEW', recipient, idempotencyKey: 'viewed' };
    await stage.mutate(key, 'reserve', send, 'decision { reservation { id } }');
    await stage.api.data(key, 'mutation ($id: ID!) { pauseSeat(input: { seatId: $id }) { seat { id } } }', {
      id: seatId,
    });
    await stage.pass(1);
    await receiver.has(1);
    await stage.engage(agency, 'answered');
    await receiver.has(2);
    const where = '(seat &lt;!channel&gt; &lt;https://elsewhere.example|Sign in&gt; &amp; co)';
    expect(receiver.received.map(({ json }) => json)).toEqual([
      { text: `A held PROFILE_VIEW is RELEASED because of SEAT_PAUSED: it may not be sent. ${where}` },
      { text: `Somebody answered: REPLIED. ${where}` },
    ]);
  });

  it('to a send of before the seat came to the client account is told there without that send', async () => {
    const agency = await stage.api.seed();
    const { key, seat } = agency;
    const seatId = toId('seat', seat.id);
    const { clientAccounts } = servicesOn(stage.api.dataSource);
    const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
    const other = toId('client', done(await clientAccounts.createClientAccount(agency.owner, terms)).id);
    const own = toId('client', agency.clientAccount.id);
    const created = { clientAccountId: own, name: 'Ours', externalRef: `ours-${seat.id}`, seatIds: [seatId] };
    const { campaign } = await stage.mutate(key, 'createCampaign', created, 'campaign { id }');
    const send = {
      ...{ seatId, campaignId: campaign.id, action: 'CONNECTION_REQUEST', idempotencyKey: 'asked' },
      recipient: { profileUrl: 'https://www.linkedin.com/in/asked-before' },
    };
    const { decision } = await stage.mutate(key, 'reserve', send, 'decision { reservation { id } }');
    const reservationId = decision.reservation.id;
    await stage.mutate(key, 'commitReservation', { reservationId }, 'reservation { id }');
    const [whole, theirs] = [
      await stage.endpoint(key),
      await stage.endpoint(key, { clientAccountId: other }),
    ];
    await stage.mutate(key, 'moveSeat', { seatId, clientAccountId: other }, 'releasedReservations');
    await stage.pass(1);
    await stage.engage(agency, 'asked-before', { reservationId });
    await Promise.all([whole.receiver.has(1), theirs.receiver.has(1)]);
    const [all, part] = [whole, theirs].map(({ receiver }) => receiver.received[0]!.json.data.engagement);
    const { id, externalRef } = { id: campaign.id, externalRef: created.externalRef };
    expect(all).toMatchObject({ reservationId, campaign: { id, externalRef } });
    expect(part).toMatchObject({ id: all.id, reservationId: null, campaign: null });
  });

  it('that ends an invitation by another address of the person is told with it to whoever invited them alone', async () => {
    const agency = await stage.api.seed();
    const { key, seat } = agency;
    const { clientAccounts, seats } = servicesOn(stage.api.dataSource);
    const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
    const other = done(await clientAccounts.createClientAccount(agency.owner, terms));
    const theirs = done(await seats.addSeat(agency.owner, newSeat(other.id)));
    const crm = await stage.endpoint(key, { clientAccountId: toId('client', other.id) });
    const slug = (nth: number) => `two-addresses-${nth}`;
    const lead = (nth: number) => `https://www.linkedin.com/sales/lead/ACwAAAtwo${nth}addresses`;
    const record = async (seatId: string, action: string, profileUrl: string): Promise<void> => {
      const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { userErrors { message } } }`;
      const occurredAt = new Date(stage.at).toISOString();
      const what = { action, recipient: { profileUrl }, occurredAt, idempotencyKey: randomUUID() };
      const inputs = [{ seatId: toId('seat', seatId), ...what }];
      expect((await stage.api.data(key, query, { inputs })).recordActivities.userErrors).toEqual([]);
    };
    const site = (nth: number) => `https://www.linkedin.com/in/${slug(nth)}`;
    await record(seat.id, 'CONNECTION_REQUEST', lead(0));
    await record(seat.id, 'PROFILE_VIEW', lead(1));
    await record(seat.id, 'CONNECTION_REQUEST', lead(2));
    for (const nth of [0, 1, 2]) await record(theirs.id, 'PROFILE_VIEW', site(nth));
    const prospects = [0, 1, 2].map((nth) => ({ profileUrl: site(nth), salesNavigatorUrl: lead(nth) }));
    const clientAccountId = toId('client', agency.clientAccount.id);
    await stage.mutate(key, 'addProspects', { clientAccountId, prospects }, 'added');
    await stage.pass(1);
    const move = { seatId: toId('seat', seat.id), clientAccountId: toId('client', other.id) };
    await stage.mutate(key, 'moveSeat', move, 'releasedReservations');
    await stage.pass(3_600_000);
    await record(seat.id, 'CONNECTION_REQUEST', lead(1));
    await record(seat.id, 'CONNECTION_REQUEST', site(2));
    for (const nth of [0, 1, 2]) await stage.engage(agency, slug(nth), { kind: 'INVITATION_ACCEPTED' });
    await crm.receiver.has(3);
    const people = crm.receiver.received.map(({ json }) => json.data.engagement.person);
    expect(people.map(({ profileUrl }) => profileUrl)).toEqual([site(0), lead(1), site(2)]);
    const input = { profileUrl: site(0) };
    await stage.mutate(key, 'erasePerson', input, 'prospects');
    const from = new Date(0).toISOString();
    await stage.mutate(key, 'replayWebhook', { webhookId: crm.id, from }, 'events');
    await crm.receiver.has(6);
    const again = crm.receiver.received.slice(3).map(({ json }) => json.data.engagement.person.profileUrl);
    expect(again).toEqual([null, lead(1), site(2)]);
  });

  it('of another client account is not told to an endpoint of one, and nothing to those that did not ask', async () => {
    const agency = await stage.api.seed();
    const { clientAccounts, seats } = servicesOn(stage.api.dataSource);
    const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
    const other = done(await clientAccounts.createClientAccount(agency.owner, terms));
    const seat = done(
      await seats.addSeat(agency.owner, {
        ...{ clientAccountId: other.id, holderName: 'Holder', holderAgreedOn: '2020-01-01', tier: 'BASIC' },
        ...{ profileUrl: `https://www.linkedin.com/in/${randomUUID()}`, timeZone: 'UTC', history: 'NONE' },
      }),
    );
    const whole = await stage.endpoint(agency.key);
    const one = await stage.endpoint(agency.key, {
      clientAccountId: toId('client', agency.clientAccount.id),
    });
    const silent = await stage.endpoint(agency.key, { touchChanges: false, engagements: false });
    const stranger = await stage.endpoint((await stage.api.seed()).key);
    await stage.engage({ key: agency.key, seat }, 'of-other');
    await stage.engage(agency, 'of-one');
    await whole.receiver.has(2);
    await one.receiver.has(1);
    expect([whole, one, silent, stranger].map(told)).toEqual([
      ['engagement.recorded REPLIED of-other', 'engagement.recorded REPLIED of-one'],
      ['engagement.recorded REPLIED of-one'],
      [],
      [],
    ]);
    // What waits for an endpoint that is narrowed meanwhile is not sent.
    whole.receiver.answers = [500];
    await stage.engage({ key: agency.key, seat }, 'of-other-again');
    await whole.receiver.has(3);
    const narrow = { webhookId: whole.id, clientAccountId: toId('client', agency.clientAccount.id) };
    await stage.mutate(agency.key, 'updateWebhook', narrow, 'webhook { id }');
    await stage.engage(agency, 'after');
    await stage.passUntil(whole.receiver, 4);
    expect(told(whole)[3]).toBe('engagement.recorded REPLIED after');
  });

  it('of before it was asked for is not told; of the time of a pause it is, later', async () => {
    const agency = await stage.api.seed();
    const crm = await stage.endpoint(agency.key, { touchChanges: false, engagements: false });
    const change = (more: object) =>
      stage.mutate(
        agency.key,
        'updateWebhook',
        { webhookId: crm.id, ...more },
        'webhook { engagements touchChanges }',
      );
    await stage.engage(agency, 'before');
    const { webhook } = await change({ engagements: true });
    expect(webhook).toEqual({ engagements: true, touchChanges: false });
    await stage.engage(agency, 'asked-for');
    await crm.receiver.has(1);
    await change({ status: 'PAUSED' });
    await stage.engage(agency, 'in-the-pause');
    await stage.pass(3 * DAY);
    await change({ status: 'ACTIVE' });
    await crm.receiver.has(2);
    expect(told(crm)).toEqual([
      'engagement.recorded REPLIED asked-for',
      'engagement.recorded REPLIED in-the-pause',
    ]);
  });
});
