import { setImmediate as turn } from 'node:timers/promises';
import { Sweeper } from '../../../src/services/alerts/sweeper.js';
import { Changes } from '../../../src/services/changes.js';
import { PolicyWatch } from '../../../src/services/policy/policy.watch.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { byItself, inAgency } from '../../../src/tenancy/door.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';
import { seedAgency } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

it('an agency of thousands of seats has so many of them swept at once, and each in time; others come in every sweep', async () => {
  const dataSource = await openDataSource((await testDatabase()).appUrl, { connectionsMax: 4 });
  const [many, few] = [await seedAgency(dataSource), await seedAgency(dataSource)];
  // Seats with credits are looked at in every sweep.
  await inAgency(dataSource, many.owner, (manager) =>
    manager.query(
      `INSERT INTO seat (agency_id, id, client_account_id, holder_name, holder_kind, profile_url, tier, time_zone,
         limit_mode, status, history, created_at)
       SELECT s.agency_id, gen_random_uuid(), s.client_account_id, s.holder_name, s.holder_kind, s.profile_url || n, s.tier,
         s.time_zone, s.limit_mode, s.status, s.history, s.created_at
       FROM seat s, generate_series(1, 2999) AS n WHERE s.agency_id = $1`,
      [many.agencyId],
    ),
  );
  const swept = new Map<string, string[]>();
  const nothing = () => Promise.resolve();
  const sweeper = new Sweeper(
    dataSource,
    {
      ledger: {
        ask: (asked) => {
          if (asked.kind !== 'SWEEP' || !('seatIds' in asked)) throw new Error('Nothing else is asked.');
          const { agencyId } = asked.viewer;
          swept.set(agencyId, [...(swept.get(agencyId) ?? []), ...asked.seatIds]);
          return Promise.resolve(null as never);
        },
      },
      ...{ policies: { look: nothing } as never, retention: { sweep: () => Promise.resolve(0) } },
      ...{ enrolling: { goOn: nothing }, campaigns: { completeOver: nothing }, stalls: { look: nothing } },
      ...{ queue: { settleEnded: nothing }, holds: { release: nothing } },
    },
    (error) => {
      throw error;
    },
    1e9,
  );
  const seen: number[][] = [];
  for (let sweep = 0; sweep < 2; sweep += 1) {
    await sweeper.sweep();
    const ofMany = swept.get(many.agencyId) ?? [];
    seen.push([ofMany.length, new Set(ofMany).size, swept.get(few.agencyId)?.length ?? 0]);
  }
  expect(seen).toEqual([
    [2_000, 2_000, 1],
    [4_000, 3_000, 2],
  ]);
  await sweeper.close();
  await dataSource.destroy();
});

it('sweeps an agency whose turns are all taken, so that the others come to theirs', async () => {
  const dataSource = await openDataSource((await testDatabase()).appUrl, { connectionsMax: 8 });
  const { agencyId } = await seedAgency(dataSource);
  const ends: (() => void)[] = [];
  const taken = Array.from({ length: 12 }, () =>
    inAgency(
      dataSource,
      { agencyId, actor: 'member:busy' },
      () => new Promise<void>((end) => ends.push(end)),
    ),
  );
  while (ends.length < 4) await turn();
  const changes = new Changes(dataSource);
  const done: string[] = [];
  await inAgency(dataSource, byItself(agencyId), async () => void done.push('read'));
  await changes.make(systemViewer(agencyId, 'sweep'), async () => void done.push('changed'));
  await new PolicyWatch(dataSource, changes).look(agencyId);
  expect([done, ends.length]).toEqual([['read', 'changed'], 4]);
  let isOver = false;
  const all = Promise.all(taken).then(() => (isOver = true));
  while (!isOver) {
    ends.shift()?.();
    await turn();
  }
  await all;
  await dataSource.destroy();
});
