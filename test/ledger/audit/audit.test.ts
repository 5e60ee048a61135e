import { audit } from '../../../src/ledger/audit/audit.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { ownDatabase, type TestDatabase } from '../../support/database.js';
import {
  decisionOf,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  seeing,
  type Office,
} from '../support.js';

/** The books of a small office after a bit of everything. */
async function busyOffice({ appUrl }: TestDatabase): Promise<Office> {
  const office = await openOffice(appUrl);
  const ledger = new Ledger(appUrl);
  const { viewer } = office;
  const now = Date.now();
  const inputs = [1, 2, 3].map((hours) =>
    recordInput(office, 'COMMENT', now - hours * 3_600_000, { recipient: person() }),
  );
  await ledger.ask({ kind: 'RECORD', viewer, inputs });
  const decisions = await Promise.all(
    Array.from({ length: 12 }, () => ledger.ask(reserveRequest(office, 'COMMENT')).then(decisionOf)),
  );
  const [first, second, third] = decisions;
  await ledger.ask({ kind: 'COMMIT', viewer, reservationId: first!.id, sentAt: null });
  await ledger.ask({ kind: 'COMMIT', viewer, reservationId: second!.id, sentAt: null });
  await ledger.ask({ kind: 'RELEASE', viewer, reservationId: third!.id, because: 'NOT_SENT' });
  await ledger.ask(reserveRequest(office, 'COMMENT'));
  await ledger.close();
  return office;
}

describe('P11: the audit', () => {
  let database: TestDatabase;
  let office: Office;
  beforeAll(async () => {
    database = await ownDatabase();
    office = await busyOffice(database);
  });

  it('finds no drift in books that only the ledger wrote', async () => {
    const report = await audit(database.appUrl);
    expect(report).toMatchObject({ agencies: 1, drift: [] });
    expect(report.counters).toBeGreaterThanOrEqual(2);
  });

  it.each([
    [
      'a counter that was changed',
      `UPDATE scope_state SET state = jsonb_set(state, '{counters,COMMENT@86400,0}', '99') WHERE scope_kind = 'SEAT'`,
      'COMMENT@86400',
    ],
    [
      'a hold that was lost',
      `DELETE FROM hold WHERE id = (SELECT min(id::text)::uuid FROM hold)`,
      'has its hold',
    ],
    [
      'an hour that was changed',
      `UPDATE usage_hour SET recorded = recorded + 1 WHERE recorded > 0`,
      'add up to the charges',
    ],
    [
      'a charge out of nowhere',
      `INSERT INTO charge SELECT agency_id, effective_at, gen_random_uuid(), seat_id, client_account_id, campaign_id, action, noted, 1, 'RECORD', NULL, NULL, NULL, NULL, NULL, recorded_at, recorded_by FROM charge WHERE origin = 'RECORD' LIMIT 1`,
      'add up to the charges',
    ],
    [
      'an hour of another client account',
      `UPDATE usage_hour SET client_account_id = gen_random_uuid()`,
      'add up to the charges',
    ],
    ['an hour of another campaign', `UPDATE usage_hour SET campaign_id = gen_random_uuid()`, 'the releases'],
    ['a release that was not counted', `UPDATE usage_hour SET released = 0`, 'the releases'],
    [
      'a second send of one reservation',
      `INSERT INTO charge SELECT agency_id, effective_at, gen_random_uuid(), seat_id, client_account_id, campaign_id, action, noted, 1, 'RECORD', NULL, NULL, reservation_id, NULL, NULL, recorded_at, recorded_by FROM charge WHERE origin = 'COMMIT' LIMIT 1`,
      'one send at most',
    ],
    [
      // As long as a day, and with the right charges: only the calendar knows.
      'a day that begins at another hour',
      `UPDATE scope_state SET state = jsonb_set(state, '{counters,FOLLOW@CALENDAR_DAY}', '[0, 1795000000000, 1795086400000]') WHERE scope_kind = 'SEAT'`,
      'FOLLOW@CALENDAR_DAY',
    ],
    [
      'a window of the future',
      `UPDATE scope_state SET state = jsonb_set(state, '{counters,FOLLOW@86400}', '[0, 4795000000000, null]') WHERE scope_kind = 'SEAT'`,
      'FOLLOW@86400',
    ],
    [
      'an alert that is missing',
      `UPDATE agency_book SET alert_sequence = alert_sequence + 1`,
      'numbered from 1 on',
    ],
    [
      'an alert of another number',
      `INSERT INTO alert SELECT agency_id, 99, gen_random_uuid(), 'SEAT_IDLE', 'INFO', NULL, NULL, NULL, '{"v": 1}', 0 FROM agency_book`,
      'numbered from 1 on',
    ],
    [
      'a charge that is of no commit',
      `INSERT INTO charge SELECT agency_id, effective_at, gen_random_uuid(), seat_id, client_account_id, campaign_id, action, noted, 1, 'COMMIT', NULL, NULL, gen_random_uuid(), NULL, NULL, recorded_at, recorded_by FROM charge WHERE origin = 'COMMIT' LIMIT 1`,
      'has its resolution',
    ],
  ])('sees %s', async (_, damage, what) => {
    // A copy each: the damage is there to stay.
    const copy = await ownDatabase();
    const damaged = await busyOffice(copy);
    // As the owner: the server's own role may do none of this.
    await seeing(copy.ownerUrl, [damaged.agencyId], (client) => client.query(damage));
    const { drift } = await audit(copy.appUrl);
    expect(drift.some((found) => found.what.includes(what))).toBe(true);
    expect(office.agencyId).not.toBe(damaged.agencyId);
  });
});
