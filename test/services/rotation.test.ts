import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { readRecipients } from '../../src/ledger/people/recipients.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { ledgerOn, writeRows } from '../../src/ledger/books/manager-rows.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { isSameInput } from '../../src/ledger/requests.js';
import { RECIPIENT, RECIPIENT_KEY } from '../../src/ledger/books/tables.js';
import { idempotencyKey } from '../../src/services/decisions/idempotency-key.js';
import { recipientKey } from '../../src/services/decisions/recipient-input.js';
import type { Decided } from '../../src/services/decisions/decided.js';
import { ReservationService } from '../../src/services/decisions/reservation.service.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Fingerprints } from '../../src/tenancy/fingerprint.js';
import { done, seedAgency } from '../support/agency.js';
import { testDatabase } from '../support/database.js';

const BEFORE = new Fingerprints('the secret of before');
const ROTATING = new Fingerprints('the secret of now', 'the secret of before');
const AFTER = new Fingerprints('the secret of now');

let dataSource: DataSource;
beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
});
afterAll(() => dataSource.destroy());

it('P4: a true retry is one although the secret was replaced, and another input is not', () => {
  const agencyId = randomUUID();
  const keyUnder = (fingerprints: Fingerprints, name: string) =>
    idempotencyKey(fingerprints, agencyId, 'RESERVE', { idempotencyKey: 'one', ...{ name } }, {});
  const kept = keyUnder(BEFORE, 'Ada');
  expect(isSameInput(kept, keyUnder(ROTATING, 'Ada'))).toBe(true);
  expect(isSameInput(kept, keyUnder(ROTATING, 'Eve'))).toBe(false);
  expect(isSameInput(kept, keyUnder(AFTER, 'Ada'))).toBe(false);
  // What is kept while it is replaced is of the newest, and known once the older one is given up.
  expect(isSameInput(keyUnder(ROTATING, 'Ada'), keyUnder(AFTER, 'Ada'))).toBe(true);
});

it('people are found under the secret that they were written down with', async () => {
  const { owner, agencyId } = await seedAgency(dataSource);
  const url = 'https://www.linkedin.com/in/ada-example';
  const id = randomUUID();
  const found = await inAgency(dataSource, owner, async (manager) => {
    const { kind, version, fingerprint } = recipientKey(BEFORE, agencyId, url);
    const known = { profile_url: null, name: null, company: null, company_domain: null };
    await writeRows(manager, RECIPIENT, [{ agency_id: agencyId, id, ...known, created_at: 0 }]);
    const key = { agency_id: agencyId, kind, key_version: version, fingerprint, recipient_id: id };
    await writeRows(manager, RECIPIENT_KEY, [key]);
    const under = (fingerprints: Fingerprints, of: string) => ({
      agencyId,
      key: recipientKey(fingerprints, agencyId, of),
    });
    return readRecipients(await ledgerOn(manager), [
      under(BEFORE, url),
      under(ROTATING, url),
      under(ROTATING, `${url}-2`),
      under(AFTER, url),
    ]);
  });
  expect(found.map((one) => one?.id ?? null)).toEqual([id, id, null, null]);
});

it('P4: a reservation is replayed while the secret is replaced, and its person is known when the older one is gone', async () => {
  const { appUrl } = await testDatabase();
  const { owner, agencyId, seat } = await seedAgency(dataSource);
  const [ledger, reader] = [new Ledger(appUrl), new LedgerReader(appUrl)];
  const reserveUnder = async (fingerprints: Fingerprints, key: string): Promise<Decided> => {
    const service = new ReservationService(ledger, reader, fingerprints, {
      previewCap: null,
      textVault: null,
    });
    return done(
      await service.reserve(owner, {
        seatId: seat.id,
        action: 'PROFILE_VIEW',
        recipient: { profileUrl: 'https://www.linkedin.com/in/ada-example' },
        idempotencyKey: key,
      }),
    );
  };
  try {
    const first = await reserveUnder(BEFORE, 'first');
    const again = await reserveUnder(ROTATING, 'first');
    expect(again).toMatchObject({ replayed: true, decision: { id: first.decision.id } });
    const second = await reserveUnder(ROTATING, 'second');
    expect(second.decision.recipientId).toBe(first.decision.recipientId);
    const third = await reserveUnder(AFTER, 'third');
    expect(third.decision.recipientId).toBe(first.decision.recipientId);
    const people = await inAgency(dataSource, owner, (manager) =>
      manager.query<object[]>('SELECT id FROM recipient WHERE agency_id = $1', [agencyId]),
    );
    expect(people).toHaveLength(1);
  } finally {
    await reader.close();
    await ledger.close();
  }
});
