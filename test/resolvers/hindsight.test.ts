import { randomUUID } from 'node:crypto';
import { SeatRules } from './seat-rules.support.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const BEGAN = Date.parse('2026-11-23T10:00:00.000Z');
const iso = (at: number): string => new Date(at).toISOString();

let rules: SeatRules;
beforeAll(async () => {
  rules = await SeatRules.open(iso(BEGAN));
});
afterAll(() => rules.close());

/** How many of some activities reserve would have refused. */
async function refused(...inputs: object[]): Promise<number> {
  const mutation = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
    recorded wouldHaveBeenRefused userErrors { code field } } }`;
  const keyed = inputs.map((input) => ({ ...input, idempotencyKey: randomUUID() }));
  const { recordActivities: told } = await rules.api.data(rules.agency.key, mutation, { inputs: keyed });
  expect(told).toMatchObject({ recorded: inputs.length, userErrors: [] });
  return told.wouldHaveBeenRefused;
}

function person(name: string) {
  return { profileUrl: `linkedin.com/in/${name}-${randomUUID()}` };
}

describe('wouldHaveBeenRefused', () => {
  it('goes by the tier', async () => {
    const seatId = await rules.addSeat({ tier: 'BASIC' });
    await rules.setClock(BEGAN + DAY_MS);
    const occurredAt = iso(BEGAN);
    expect(await refused({ seatId, action: 'INMAIL', occurredAt, count: 2 })).toBe(2);
    expect(await refused({ seatId, action: 'REACTION', occurredAt })).toBe(0);
  });

  it('goes by the hours and the days off that the seat set', async () => {
    const workingHours = { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' };
    const seatId = await rules.addSeat({ workingHours });
    await rules.change('setDaysOff', { seatId, days: ['2026-11-25'] });
    await rules.setClock('2026-11-27T12:00:00.000Z');
    const at = (text: string) => refused({ seatId, action: 'REACTION', occurredAt: `2026-11-${text}Z` });
    expect(await at('24T08:59:59.999')).toBe(1);
    expect(await at('24T09:00:00.000')).toBe(0);
    expect(await at('24T18:00:00.000')).toBe(1);
    expect(await at('25T12:00:00.000')).toBe(1);
  });

  it('goes by the restrictions that were reported by then, until they ended', async () => {
    await rules.setClock('2026-11-27T12:00:00.000Z');
    const seatId = await rules.addSeat();
    const reportedAt = Date.parse('2026-11-27T13:00:00.000Z');
    await rules.setClock(reportedAt);
    await rules.change('reportRestriction', { seatId, kind: 'TEMPORARY' });
    await rules.setClock(reportedAt + 4 * DAY_MS);
    const at = (ms: number) => refused({ seatId, action: 'REACTION', occurredAt: iso(reportedAt + ms) });
    expect(await at(-1)).toBe(0);
    expect(await at(0)).toBe(1);
    expect(await at(3 * DAY_MS - 1)).toBe(1);
    expect(await at(3 * DAY_MS)).toBe(0);
  });

  it('goes by what was sent to the person by then', async () => {
    const first = Date.parse('2026-11-27T14:00:00.000Z');
    await rules.setClock(first + 40 * DAY_MS);
    const seatId = await rules.addSeat();
    const recipient = person('ada');
    const to = (action: string, ms: number, more: object = {}) =>
      refused({ seatId, action, recipient, occurredAt: iso(first + ms), ...more });
    expect(await to('CONNECTION_REQUEST', 0)).toBe(0);
    expect(await to('CONNECTION_REQUEST', HOUR_MS)).toBe(1);
    expect(await to('CONNECTION_REQUEST', HOUR_MS, { recipient: person('bob') })).toBe(0);
    expect(await to('INVITATION_WITHDRAWAL', 2 * HOUR_MS)).toBe(0);
    const embargoed = 2 * HOUR_MS + 21 * DAY_MS;
    expect(await to('CONNECTION_REQUEST', embargoed)).toBe(0);
    expect(await to('CONNECTION_REQUEST', embargoed - HOUR_MS)).toBe(1);
    // What was recorded since came later: it changes nothing of then.
    expect(await to('CONNECTION_REQUEST', -HOUR_MS)).toBe(0);
  });

  it('goes by answers, and takes those of one instant in their order', async () => {
    const first = Date.parse('2027-01-08T14:00:00.000Z');
    await rules.setClock(first + 10 * DAY_MS);
    const seatId = await rules.addSeat({ openingCredits: 50 });
    const recipient = person('eve');
    const inmail = (ms: number) => ({
      ...{ seatId, action: 'INMAIL', recipient },
      occurredAt: iso(first + ms),
    });
    expect(await refused(inmail(0), inmail(0))).toBe(1);
    expect(await refused(inmail(DAY_MS))).toBe(1);
    const engaged = {
      ...{ seatId, recipientProfileUrl: recipient.profileUrl, kind: 'REPLIED' },
      ...{ occurredAt: iso(first + 2 * DAY_MS), idempotencyKey: randomUUID() },
    };
    const mutation = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { code } } }`;
    await rules.api.data(rules.agency.key, mutation, { inputs: [engaged] });
    expect(await refused(inmail(3 * DAY_MS))).toBe(0);
  });

  it('goes by how invitations had been taken by then', async () => {
    const first = Date.parse('2027-02-01T12:00:00.000Z');
    await rules.setClock(first + 40 * DAY_MS);
    const seatId = await rules.addSeat();
    const invitation = (ms: number) => ({
      ...{ seatId, action: 'CONNECTION_REQUEST', recipient: person('kim') },
      occurredAt: iso(first + ms),
    });
    const sent = Array.from({ length: 50 }, (_, hour) => invitation(hour * HOUR_MS));
    await refused(...sent);
    const declined = {
      ...{ seatId, recipientProfileUrl: sent[0]!.recipient.profileUrl, kind: 'INVITATION_DECLINED' },
      ...{ occurredAt: iso(first + DAY_MS), idempotencyKey: randomUUID() },
    };
    const mutation = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { code } } }`;
    await rules.api.data(rules.agency.key, mutation, { inputs: [declined] });
    // The fiftieth is judged when it is 30 days old, and nobody accepted: none for 7 days.
    const stopped = 49 * HOUR_MS + 30 * DAY_MS;
    expect(await refused(invitation(stopped - 1))).toBe(0);
    expect(await refused(invitation(stopped))).toBe(1);
    expect(await refused(invitation(stopped + 7 * DAY_MS - 1))).toBe(1);
    expect(await refused(invitation(stopped + 7 * DAY_MS))).toBe(0);
  });

  it('lets no InMail that was told late take a credit of a later grant', async () => {
    const began = Date.parse('2027-05-03T12:00:00.000Z');
    await rules.setClock(began);
    const seatId = await rules.addSeat({
      ...{ tier: 'PREMIUM_CAREER', openingCredits: 1, creditsRenewOn: '2027-05-03' },
    });
    await rules.setClock(began + 40 * DAY_MS);
    const inmail = (day: number) => ({
      ...{ seatId, action: 'INMAIL', recipient: person('zoe'), occurredAt: iso(began + day * DAY_MS) },
    });
    expect(await refused(inmail(1), inmail(2))).toBe(1);
    // Five were granted on the 3rd of June: the one that there was none for took none of them.
    expect(await refused(inmail(32), inmail(33), inmail(34), inmail(35))).toBe(0);
    expect(await refused(inmail(36), inmail(37))).toBe(1);
  });

  it('goes by who might not be contacted by then', async () => {
    const markedAt = Date.parse('2027-07-20T12:00:00.000Z');
    await rules.setClock(markedAt);
    const seatId = await rules.addSeat();
    const recipient = person('mia');
    await rules.api.data(
      rules.agency.key,
      'mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { userErrors { code } } }',
      { input: { profileUrl: recipient.profileUrl } },
    );
    await rules.setClock(markedAt + DAY_MS);
    const at = (ms: number) =>
      refused({ seatId, action: 'PROFILE_VIEW', recipient, occurredAt: iso(markedAt + ms) });
    expect(await at(-1)).toBe(0);
    expect(await at(HOUR_MS)).toBe(1);
  });
});
