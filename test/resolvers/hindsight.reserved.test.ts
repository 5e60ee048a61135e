import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import type { Json } from '../support/api.js';
import { askAs, clientOf, member, seatOf } from '../support/members.js';
import { Outreach } from '../support/outreach.js';
import { SeatRules } from './seat-rules.support.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A Monday. */
const BEGAN = Date.parse('2026-11-23T10:00:00.000Z');
const iso = (at: number): string => new Date(at).toISOString();

const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded alreadyKnown
  wouldHaveBeenRefused usage { used limit { onlyWithNote } } userErrors { code field } } }`;
const VIEWS = { actions: ['PROFILE_VIEW'], windowKind: 'ROLLING', windowSeconds: 3_600, max: 1 };

let rules: SeatRules;
let now = BEGAN;
beforeAll(async () => {
  rules = await SeatRules.open(iso(BEGAN));
});
beforeEach(() => later(24 * HOUR_MS));
afterAll(() => rules.close());

async function later(ms: number): Promise<void> {
  now += ms;
  await rules.setClock(now);
}

/** A hold that has lapsed by the time that it is answered with, as a record names it. */
async function lapsed(seatId: string, action: string, more: object = {}): Promise<Json> {
  const { outcome, reservation } = await rules.reserve(seatId, action, more);
  expect(outcome).toBe('ALLOWED');
  await later(61_000);
  return { seatId, action, reservationId: reservation.id };
}

function keyed(inputs: readonly object[]): object[] {
  return inputs.map((input) => ({ occurredAt: iso(now), idempotencyKey: randomUUID(), ...input }));
}

async function tell(...inputs: object[]): Promise<Json> {
  const { recordActivities } = await rules.api.data(rules.agency.key, RECORD, { inputs: keyed(inputs) });
  expect(recordActivities.userErrors).toEqual([]);
  return recordActivities;
}

async function refused(...inputs: object[]): Promise<number> {
  const { recorded, wouldHaveBeenRefused } = await tell(...inputs);
  expect(recorded).toBe(inputs.length);
  return wouldHaveBeenRefused;
}

async function setLimit(scopeId: string, limit: object): Promise<void> {
  const query = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  await rules.api.data(rules.agency.key, query, { input: { scopeId, limit } });
}

/** With one profile view an hour. */
async function addCampaign(...seatIds: string[]): Promise<string> {
  const query = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }`;
  const input = { clientAccountId: clientOf(rules.agency), name: 'Spring', seatIds };
  const { id } = (await rules.api.data(rules.agency.key, query, { input })).createCampaign.campaign;
  await setLimit(id, VIEWS);
  return id;
}

describe('a record that names a reservation, by wouldHaveBeenRefused', () => {
  it.each([
    [true, 1, [6]],
    [false, 0, []],
  ])('is of an invitation with a note where that was (%s)', async (withNote, over, ofNotes) => {
    const seatId = await rules.addSeat({ tier: 'BASIC' });
    const recipient = { profileUrl: `https://www.linkedin.com/in/${randomUUID()}` };
    const send = await lapsed(seatId, 'CONNECTION_REQUEST', { withNote, recipient });
    const noted = { seatId, action: 'CONNECTION_REQUEST', withNote: true, count: 5 };
    expect(await refused({ ...noted, occurredAt: iso(now - HOUR_MS) })).toBe(0);
    const [input] = keyed([send]);
    const told = await tell(input!);
    expect(told).toMatchObject({ recorded: 1, wouldHaveBeenRefused: over });
    const again = await tell(input!);
    expect(again).toMatchObject({ recorded: 0, alreadyKnown: 1, wouldHaveBeenRefused: 0 });
    for (const { usage } of [told, again]) {
      const notes = usage.filter(({ limit }: Json) => limit.onlyWithNote);
      expect(notes.map(({ used }: Json) => used)).toEqual(ofNotes);
    }
  });

  it.each([
    ['at its hold', 0],
    ['before it', -MINUTE_MS],
  ])('is judged when it was charged, told of an instant %s', async (_, ms) => {
    const seatId = await rules.addSeat();
    await setLimit(seatId, VIEWS);
    const heldAt = now;
    const send = await lapsed(seatId, 'PROFILE_VIEW');
    const before = { seatId, action: 'PROFILE_VIEW', occurredAt: iso(heldAt - MINUTE_MS - 1_000) };
    expect(await refused(before)).toBe(0);
    expect(await refused({ ...send, occurredAt: iso(heldAt + ms) })).toBe(1);
  });

  it('is to the person of that, whether it names one or not', async () => {
    const seatId = await rules.addSeat();
    const recipient = () => ({ profileUrl: `https://www.linkedin.com/in/${randomUUID()}` });
    const [ada, bob, eve] = [recipient(), recipient(), recipient()];
    const action = 'CONNECTION_REQUEST';
    const toAda = await lapsed(seatId, action, { recipient: ada });
    const toBob = await lapsed(seatId, action, { recipient: bob });
    const toEve = await lapsed(seatId, action, { recipient: eve });
    const before = { seatId, action, occurredAt: iso(now - HOUR_MS) };
    expect(await refused({ ...before, recipient: ada }, { ...before, recipient: bob })).toBe(0);
    expect(await refused(toAda)).toBe(1);
    expect(await refused({ ...toBob, recipient: bob })).toBe(1);
    expect(await refused(toEve)).toBe(0);
  });

  it('is held to the limits of its campaign, also of one that has ended', async () => {
    const seatId = await rules.addSeat();
    const campaignId = await addCampaign(seatId);
    const first = await lapsed(seatId, 'PROFILE_VIEW', { campaignId });
    const second = await lapsed(seatId, 'PROFILE_VIEW', { campaignId });
    const ofNone = await lapsed(seatId, 'PROFILE_VIEW');
    const { reservation } = await rules.reserve(seatId, 'PROFILE_VIEW', { campaignId });
    const commit = `mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { userErrors { code } } }`;
    await rules.api.data(rules.agency.key, commit, { id: reservation.id });
    expect(await refused(first)).toBe(1);
    expect(await refused(ofNone)).toBe(0);
    const archive = `mutation ($input: CampaignInput!) { archiveCampaign(input: $input) { campaign { status } userErrors { code } } }`;
    const { archiveCampaign } = await rules.api.data(rules.agency.key, archive, { input: { campaignId } });
    expect(archiveCampaign).toEqual({ campaign: { status: 'ARCHIVED' }, userErrors: [] });
    expect(await refused(second)).toBe(1);
  });

  it('of one instant with others is counted behind those of its campaign alone', async () => {
    const seatId = await rules.addSeat();
    const campaignId = await addCampaign(seatId);
    const first = await lapsed(seatId, 'PROFILE_VIEW', { campaignId });
    const second = await lapsed(seatId, 'PROFILE_VIEW', { campaignId });
    expect(await refused(first, second, { seatId, action: 'PROFILE_VIEW' })).toBe(1);
  });

  it('tells whoever was given a single seat nothing of what the others of its campaign sent', async () => {
    const [own, beside] = [seatOf(rules.agency), await rules.addSeat()];
    const campaignId = await addCampaign(own, beside);
    const first = await lapsed(own, 'PROFILE_VIEW', { campaignId });
    const second = await lapsed(own, 'PROFILE_VIEW', { campaignId });
    expect(await refused(await lapsed(beside, 'PROFILE_VIEW', { campaignId }))).toBe(0);
    const operator = await member(rules.api, rules.agency, 'ada@part.example', 'OPERATOR', {
      seatIds: [own],
    });
    const { data } = await askAs(rules.api, operator, RECORD, { inputs: keyed([first]) });
    expect(data.recordActivities).toMatchObject({ recorded: 1, wouldHaveBeenRefused: 0, userErrors: [] });
    expect(await refused(second)).toBe(1);
  });

  it('counts for the client account of that, wherever the seat is by then', async () => {
    const seatId = await rules.addSeat();
    const { reservation } = await rules.reserve(seatId, 'PROFILE_VIEW');
    const other = toId('client', await new Outreach(rules.api, rules.agency).addClientAccount());
    await setLimit(other, VIEWS);
    await rules.change('moveSeat', { seatId, clientAccountId: other });
    await later(MINUTE_MS);
    const view = { seatId, action: 'PROFILE_VIEW' };
    expect(await refused({ ...view, count: 2 })).toBe(1);
    await later(MINUTE_MS);
    expect(await refused({ ...view, reservationId: reservation.id })).toBe(0);
    expect(await refused(view)).toBe(1);
  });
});
