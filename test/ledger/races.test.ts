import { Refusal } from '../../src/errors.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import { clockedDatabase, type ClockedDatabase } from './fake-clock.js';
import { decisionOf, openOffice, recordInput, reserveRequest } from './support.js';

const NOW = Date.parse('2026-11-02T12:00:00Z');
const HOLD_SECONDS = 900;
/** Profile views of a seat in 24 hours, by the policy. */
const VIEWS_MAX = 80;

let database: ClockedDatabase;
let ledgers: Ledger[];

beforeAll(async () => {
  database = await clockedDatabase();
  // Two processes: neither knows what the other is about to do.
  ledgers = [0, 1].map(() => new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 }));
});
afterAll(async () => {
  await Promise.all(ledgers.map((ledger) => ledger.close()));
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await database.close();
});

describe('P5: the commit of a hold and another request for its room, at the same millisecond', () => {
  const lastRoomHeld = async () => {
    const office = await openOffice(database.appUrl);
    await database.setClock(NOW);
    const inputs = [recordInput(office, 'PROFILE_VIEW', NOW - 1, { count: VIEWS_MAX - 1 })];
    await ledgers[0]!.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    const { id } = decisionOf(
      await ledgers[0]!.ask(reserveRequest(office, 'PROFILE_VIEW', { holdSeconds: HOLD_SECONDS })),
    );
    return { office, reservationId: id };
  };

  it.each([
    ['one before it lapses', -1, { committed: true, allowed: false }],
    ['as it lapses', 0, { committed: false, allowed: true }],
  ])('%s: one of the two has it, whichever comes first', async (_, offset, expected) => {
    for (const first of ['COMMIT', 'RESERVE']) {
      const { office, reservationId } = await lastRoomHeld();
      const at = NOW + HOLD_SECONDS * 1_000 + offset;
      await database.setClock(at);
      const commit = () =>
        ledgers[0]!.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId, sentAt: at });
      const reserve = () => ledgers[1]!.ask(reserveRequest(office, 'PROFILE_VIEW'));
      const [one, other] = first === 'COMMIT' ? [commit(), reserve()] : [reserve(), commit()];
      const [committed, decided] = await Promise.all(first === 'COMMIT' ? [one, other] : [other, one]);
      const answer = decided as Parameters<typeof decisionOf>[0];
      expect({
        committed: !(committed instanceof Refusal),
        allowed: decisionOf(answer).outcome === 'ALLOWED',
      }).toEqual(expected);
    }
  });
});
