import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import {
  accountName,
  findAccount,
  findToJoin,
  isOfNewest,
  joinAccount,
  leaveAccount,
  type AccountMember,
} from '../../src/tenancy/accounts.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Fingerprints } from '../../src/tenancy/fingerprint.js';
import { uuidAt } from '../../src/tenancy/uuid.js';
import { seedAgency, TEST_FINGERPRINTS } from '../support/agency.js';
import { testDatabase } from '../support/database.js';

let dataSource: DataSource;
beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
});
afterAll(() => dataSource.destroy());

it('an account stays whose it is: another member of the agency neither takes it over nor leaves it', async () => {
  const name = accountName(TEST_FINGERPRINTS, `${randomUUID()}@example.com`);
  const [agencyId, memberId, other] = [randomUUID(), randomUUID(), randomUUID()];
  const inAccount = <T>(work: (manager: EntityManager) => Promise<T>) =>
    inAgency(dataSource, { agencyId }, work);
  const passwordHash = '$argon2id$one';
  const joining = { agencyId, memberId, joinedBy: 'PASSWORD' } as const;
  await inAccount((manager) => joinAccount(manager, name, joining, 1, passwordHash));
  const taking = { agencyId, memberId: other, joinedBy: 'PROVIDER' } as const;
  await expect(inAccount((manager) => joinAccount(manager, name, taking, 1))).rejects.toThrow(
    /Another member/,
  );
  await inAccount((manager) => leaveAccount(manager, name, { agencyId, memberId: other }));
  const kept = await inAccount((manager) => findAccount(manager, name));
  expect(kept).toMatchObject({ passwordHash, members: [joining] });
  await inAccount((manager) => leaveAccount(manager, name, { agencyId, memberId }));
  expect(await inAccount((manager) => findAccount(manager, name))).toBeNull();
});

it('whom an agency removed without finding them keeps nobody out of it: their password is not asked for', async () => {
  const name = accountName(TEST_FINGERPRINTS, `${randomUUID()}@example.com`);
  const { agencyId } = await seedAgency(dataSource);
  const [memberId, other] = [uuidAt(1), uuidAt(2)];
  const inIts = <T>(work: (manager: EntityManager) => Promise<T>) => inAgency(dataSource, { agencyId }, work);
  await inIts((manager) =>
    manager.query(
      `INSERT INTO member (agency_id, id, email, name, role, status, invited_by, created_at, joined_at)
       VALUES ($1, $2, 'ada@example.com', 'Ada', 'ADMIN', 'ACTIVE', 'key', 1, 1)`,
      [agencyId, memberId],
    ),
  );
  const first = { agencyId, memberId, joinedBy: 'PASSWORD' } as const;
  await inIts((manager) => joinAccount(manager, name, first, 1, '$argon2id$one'));
  const next = { agencyId, memberId: other, joinedBy: 'PROVIDER' } as const;
  const join = () => inIts((manager) => joinAccount(manager, name, next, 2));
  const found = () => inIts((manager) => findToJoin(manager, name, agencyId));
  await expect(join()).rejects.toThrow(/Another member/);
  expect(await found()).toMatchObject({ passwordHash: '$argon2id$one', members: [first] });

  await inIts((manager) =>
    manager.query(`UPDATE member SET status = 'REMOVED', removed_at = 2 WHERE agency_id = $1 AND id = $2`, [
      ...[agencyId, memberId],
    ]),
  );
  expect(await found()).toMatchObject({ passwordHash: null, members: [] });
  // No other agency says so.
  const elsewhere = { agencyId: randomUUID() };
  const unseen = await inAgency(dataSource, elsewhere, (manager) => findToJoin(manager, name, agencyId));
  expect(unseen?.members).toEqual([first]);
  await join();
  expect(await found()).toMatchObject({ passwordHash: null, members: [next] });
});

it('whoever found no password joins by none that was set meanwhile, and is asked anew', async () => {
  const name = accountName(TEST_FINGERPRINTS, `${randomUUID()}@example.com`);
  const [first, second] = [1, 2].map((at): AccountMember => ({
    agencyId: randomUUID(),
    memberId: uuidAt(at),
    joinedBy: 'PASSWORD',
  })) as [AccountMember, AccountMember];
  const seen: (string | null)[] = [];
  await inAgency(dataSource, second, async (manager) => {
    const account = await findToJoin(manager, name, second.agencyId, 'FOR UPDATE');
    seen.push(account?.passwordHash ?? null);
    if (account) return;
    // Nothing is there to be locked: another agency's is accepted between the two looks.
    await inAgency(dataSource, first, (other) => joinAccount(other, name, first, 1, '$argon2id$one'));
    await joinAccount(manager, name, second, 2, '$argon2id$two');
  });
  expect(seen).toEqual([null, '$argon2id$one']);
  const found = await inAgency(dataSource, first, (manager) => findAccount(manager, name));
  expect(found?.members).toEqual([first]);
});

describe('a person whose account was written under two secrets, by processes that did not know each other’s', () => {
  const former = new Fingerprints('the secret that was in force before this one');
  const newest = new Fingerprints('the secret that came in the place of it, later');
  const both = new Fingerprints(
    'the secret that came in the place of it, later',
    'the secret that was in force before this one',
  );
  const [own, other] = ['$argon2id$own', '$argon2id$other'];
  let email: string;
  beforeEach(() => (email = `${randomUUID()}@example.com`));

  const inAny = <T>(work: (manager: EntityManager) => Promise<T>) =>
    inAgency(dataSource, { agencyId: randomUUID() }, work);
  const byPassword = (agencyId = randomUUID(), memberId = uuidAt(1)) =>
    ({ agencyId, memberId, joinedBy: 'PASSWORD' }) as const;
  const join = (known: Fingerprints, member: AccountMember, at: number, hash: string | null) =>
    inAny((manager) => joinAccount(manager, accountName(known, email), member, at, hash));
  const found = (known: Fingerprints) => inAny((manager) => findAccount(manager, accountName(known, email)));

  it.each([
    ['former', former, newest],
    ['newest', newest, former],
  ])(
    'is one: what the %s had first is theirs, and what was set without it opens what it did',
    async (...secrets) => {
      const [, first, second] = secrets;
      const [here, there] = [byPassword(), byPassword()];
      await join(first, here, 1, own);
      await join(second, there, 2, other);
      const account = await found(both);
      expect(account?.passwordHash).toBe(own);
      expect(account?.members).toEqual([here, { ...there, joinedBy: 'OWN_PASSWORD', ownHash: other }]);
      expect(account && isOfNewest(account, accountName(both, email))).toBe(false);

      const third = byPassword();
      await join(both, third, 3, null);
      expect(await found(former)).toBeNull();
      const kept = await found(newest);
      expect(kept?.passwordHash).toBe(own);
      expect(kept?.members.map(({ agencyId }) => agencyId)).toEqual(
        [here, there, third].map(({ agencyId }) => agencyId),
      );
      expect(kept && isOfNewest(kept, accountName(both, email))).toBe(true);
    },
  );

  it('has the password of the one that has any, and leaves each of the two', async () => {
    const [here, there] = [{ ...byPassword(), joinedBy: 'PROVIDER' } as const, byPassword()];
    await join(former, here, 1, null);
    await join(newest, there, 2, other);
    expect(await found(both)).toMatchObject({ passwordHash: other, members: [here, there] });
    for (const member of [here, there]) {
      await inAny((manager) => leaveAccount(manager, accountName(both, email), member));
    }
    expect([await found(former), await found(newest)]).toEqual([null, null]);
  });

  it('is the member of an agency who came last, where the one before was removed unseen', async () => {
    const agencyId = randomUUID();
    await join(newest, byPassword(agencyId, uuidAt(1)), 1, own);
    const last = byPassword(agencyId, uuidAt(2));
    await join(former, last, 2, other);
    expect((await found(both))?.members).toEqual([{ ...last, joinedBy: 'OWN_PASSWORD', ownHash: other }]);
  });
});
