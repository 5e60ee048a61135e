import { randomUUID } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import { DAY } from '../../../src/quota/window.js';
import type { SeededAgency } from '../../support/agency.js';
import { writtenUnzoned } from '../../support/exports.js';
import { ImportDesk, secondsAgo } from '../../support/import-desk.js';
import { ALICE, BOB, INVITATION_HEADER, ME } from '../../imports/reading.js';

let desk: ImportDesk;
let agency: SeededAgency;

beforeAll(async () => {
  desk = await ImportDesk.open();
});
afterAll(() => desk.api.close());
afterEach(async () => {
  expect(await desk.drift(agency)).toEqual([]);
});

/** A seat that was told to have so many pending when it was added: just now. */
async function added(openingPendingInvitations: number): Promise<void> {
  agency = await desk.api.seed({ seat: { profileUrl: ME, openingPendingInvitations } });
}

async function pending(): Promise<number> {
  const query = 'query ($id: ID!) { seat(id: $id) { pendingInvitations } }';
  const { seat } = await desk.api.data(agency.key, query, { id: toId('seat', agency.seat.id) });
  return seat.pendingInvitations;
}

const TEN_DAYS_AGO = secondsAgo(10 * 86_400);

async function listed(...invited: (readonly [url: string, at: number])[]): Promise<void> {
  const rows = invited.map(
    ([url, at]) => `Me Example,X Example,"${writtenUnzoned(at)}",,OUTGOING,${ME},${url}\n`,
  );
  await desk.take(agency, { 'Invitations.csv': INVITATION_HEADER + rows.join('') });
}

async function withdraw(profileUrl: string): Promise<void> {
  const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
    recorded userErrors { message } } }`;
  const input = {
    seatId: toId('seat', agency.seat.id),
    action: 'INVITATION_WITHDRAWAL',
    occurredAt: new Date().toISOString(),
    recipient: { profileUrl },
    idempotencyKey: randomUUID(),
  };
  const { recordActivities } = await desk.api.data(agency.key, query, { inputs: [input] });
  expect(recordActivities).toEqual({ recorded: 1, userErrors: [] });
}

describe('P11: what was pending when a seat was added', () => {
  it('has whom an archive names among it, and each of them counts once', async () => {
    await added(3);
    expect(await pending()).toBe(3);
    await listed([ALICE, TEN_DAYS_AGO], [BOB, TEN_DAYS_AGO]);
    expect(await pending()).toBe(3);
    await withdraw(ALICE);
    expect(await pending()).toBe(2);
    await withdraw(BOB);
    expect(await pending()).toBe(1);
  });

  it('is taken from once by a person whom an archive names after the withdrawal', async () => {
    await added(3);
    await withdraw(ALICE);
    expect(await pending()).toBe(2);
    await listed([ALICE, TEN_DAYS_AGO], [BOB, TEN_DAYS_AGO]);
    expect(await pending()).toBe(2);
  });

  it('is no less than those whom an archive names, but for those that had lapsed by then', async () => {
    await added(1);
    const lapsed = secondsAgo((182 * DAY) / 1_000);
    await listed([ALICE, TEN_DAYS_AGO], [BOB, TEN_DAYS_AGO], ['https://www.linkedin.com/in/carol', lapsed]);
    expect(await pending()).toBe(2);
    await withdraw(ALICE);
    expect(await pending()).toBe(1);
  });
});
