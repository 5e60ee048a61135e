import type { DataSource } from 'typeorm';
import { refuse } from '../../src/errors.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import { HolderService } from '../../src/services/seats/holder.service.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import { done, seedAgency, TEST_FINGERPRINTS, viewerAs } from '../support/agency.js';
import { testDatabase } from '../support/database.js';

let dataSource: DataSource;
let changes: Changes;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl, { connectionsMax: 3 });
  changes = new Changes(dataSource);
});
afterAll(() => dataSource.destroy());

function revisionOf(viewer: Viewer): Promise<number> {
  return inAgency(dataSource, viewer, async (manager) => {
    const sql = 'SELECT revision::int4 FROM agency_book WHERE agency_id = $1';
    const [book] = await manager.query<{ revision: number }[]>(sql, [viewer.agencyId]);
    return book?.revision ?? 0;
  });
}

describe('Changes', () => {
  it('makes the revision of the book grow, but for what is refused or fails', async () => {
    const { owner } = await seedAgency(dataSource);
    const before = await revisionOf(owner);
    await changes.make(owner, async () => 'done');
    expect(await revisionOf(owner)).toBe(before + 1);
    await changes.make(owner, async () => refuse('INVALID', 'no'));
    const failing = changes.make(owner, async () => Promise.reject(new Error('defect')));
    await expect(failing).rejects.toThrow('defect');
    expect(await revisionOf(owner)).toBe(before + 1);
    expect(await changes.make(owner, async () => 'goes on')).toBe('goes on');
  });

  it('one agency’s queue takes one connection, and holds up no other agency', async () => {
    const [busy, other] = [await seedAgency(dataSource), await seedAgency(dataSource)];
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const order: number[] = [];
    const waiting = Array.from({ length: 20 }, (_, index) =>
      changes.make(busy.owner, async () => {
        if (index === 0) await finished;
        order.push(index);
      }),
    );
    expect(await changes.make(other.owner, async () => 'done')).toBe('done');
    expect(await revisionOf(other.owner)).toBeGreaterThan(0);
    finish();
    await Promise.all(waiting);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('gives a book up that another process does not let go', async () => {
    const { owner } = await seedAgency(dataSource);
    await changes.make(owner, async () => {
      const elsewhere = new Changes(dataSource).make(owner, async () => 'done');
      await expect(elsewhere).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
      return 'done';
    });
  });

  it('lets whoever has nothing waiting come next, however much another of the agency asks for', async () => {
    const { owner } = await seedAgency(dataSource);
    const operator = { ...owner, actor: 'key:another' };
    const order: string[] = [];
    const made = (who: string) => async () => void order.push(who);
    const many = Array.from({ length: 50 }, () => changes.make(operator, made('many')));
    const one = changes.make(owner, made('one'));
    await Promise.all([...many, one]);
    expect(order.indexOf('one')).toBe(1);
    expect(order).toHaveLength(51);
  });

  it('keeps whoever has the whole agency waiting for one change of a client account, however many keys it has', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const order: string[] = [];
    const made = (who: string) => async () => void order.push(who);
    const many = Array.from({ length: 150 }, (_, index) => {
      const key = {
        ...viewerAs(owner, 'MANAGER', clientAccount.id),
        actor: `key:${index}`,
        credential: null,
      };
      return changes.make(key, made('many'));
    });
    const one = [changes.make(owner, made('one')), changes.make(owner, made('one'))];
    await Promise.all([...many, ...one]);
    expect([order.indexOf('one'), order.lastIndexOf('one')]).toEqual([1, 3]);
    expect(order).toHaveLength(152);
  });

  it('leaves room for others where the keys of one client account fill up what is theirs, and for who stops a seat of it', async () => {
    const { owner, clientAccount, seat } = await seedAgency(dataSource);
    const audit = new AuditLog(TEST_FINGERPRINTS);
    const holders = new HolderService(dataSource, changes, audit, TEST_FINGERPRINTS);
    const link = { seatId: seat.id, revokeOthers: false };
    const { token } = done(await holders.createHolderLink(owner, link));
    const many = Array.from({ length: 260 }, (_, index) => {
      const key = {
        ...viewerAs(owner, 'MANAGER', clientAccount.id),
        actor: `key:${index}`,
        credential: null,
      };
      return changes.make(key, async () => 'done');
    });
    expect(await changes.make(owner, async () => 'done')).toBe('done');
    expect(await holders.stop(token)).toMatchObject({ hasAgreed: false });
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(251);
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'THROTTLED' } });
  });

  it('sends callers away when too many wait', async () => {
    const { owner } = await seedAgency(dataSource);
    // One that is made, and a hundred that wait.
    const asked = Array.from({ length: 102 }, () => changes.make(owner, async () => 'done'));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(101);
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'THROTTLED', retryAfterMs: 1_000 } });
    expect(await changes.make(owner, async () => 'done')).toBe('done');
  });
});
