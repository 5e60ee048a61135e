import type { DecisionRecord } from '../../../src/ledger/decision-record.js';
import { DAY } from '../../../src/quota/window.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { BacktestService } from '../../../src/services/policy/backtest.service.js';
import { PolicyService } from '../../../src/services/policy/policy.service.js';
import { done, refused, TEST_FINGERPRINTS } from '../../support/agency.js';
import { openOffice, seeing } from '../../ledger/support.js';
import { MESSAGES, NOW, PolicyStage, SOURCE, THEN } from './policy.stage.js';

let stage: PolicyStage;

beforeAll(async () => {
  stage = await PolicyStage.open();
});
afterAll(() => stage.close());
beforeEach(() => stage.database.setClock(NOW));

const versionOf = ({ outcome, policyVersion }: DecisionRecord) => [outcome, policyVersion];

describe('a dry run', () => {
  it('tells which seats would lose or gain room today, and changes nothing', async () => {
    const office = await openOffice(stage.database.appUrl, { seats: 3 });
    await stage.record(office, 12, NOW, 1);
    const input = {
      effectiveFrom: THEN,
      changes: [
        { ...MESSAGES, recommended: 10, ceiling: 10 },
        { actions: ['DIRECT_MESSAGE'] as const, windowSeconds: 600, ceiling: 100 },
      ],
      dryRun: true,
    };
    const { policy, effect } = await stage.publish(office, input);
    expect(policy.version).toBe('2026-11.1');
    expect(effect?.seats).toBe(3);
    const bySeat = new Map(effect!.changes.map((change) => [change.seatId, change]));
    expect(effect!.changes).toHaveLength(3);
    expect(bySeat.get(office.seatIds[0]!)).toMatchObject({ action: 'DIRECT_MESSAGE', now: 150, then: 10 });
    expect(bySeat.get(office.seatIds[1]!)).toMatchObject({ now: 138, then: 0 });
    expect((await stage.policies.versions(office.viewer)).map(({ version }) => version)).toEqual(['2026-11']);
    const more = await stage.publish(office, { ...input, changes: [input.changes[1]!] });
    // A burst hides nothing of the day, and changes nothing of it.
    expect(more.effect!.changes).toEqual([]);
    expect(versionOf(await stage.ask(office, THEN + 1))).toEqual(['ALLOWED', '2026-11']);
  });

  it('looks at some seats a turn, and others have theirs between', async () => {
    const office = await openOffice(stage.database.appUrl, { seats: 250 });
    const turns: string[] = [];
    const busy = {
      run: <T>({ agencyId }: { readonly agencyId: string }, work: () => Promise<T>) => {
        turns.push(agencyId);
        return work();
      },
    };
    const policies = new PolicyService(stage.reader, stage.changes, new AuditLog(TEST_FINGERPRINTS), busy);
    const input = { ...SOURCE, changes: [{ ...MESSAGES, ceiling: 10, recommended: 10 }], dryRun: true };
    const { effect } = done(await policies.publishPolicy(office.viewer, input));
    expect([effect?.seats, turns]).toEqual([250, [office.agencyId, office.agencyId, office.agencyId]]);
  });

  it('goes over 2,000 seats in bounded time', async () => {
    const office = await openOffice(stage.database.appUrl, { seats: 2_000 });
    const started = performance.now();
    const { effect } = await stage.publish(office, {
      changes: [{ ...MESSAGES, recommended: 7, ceiling: 7 }],
      dryRun: true,
    });
    expect([effect!.seats, effect!.changes.length]).toEqual([2_000, 2_000]);
    expect(performance.now() - started).toBeLessThan(60_000);
  }, 120_000);
});

describe('a backtest', () => {
  it('finds in the ledger what a policy would have refused, without what was taken out again', async () => {
    const office = await openOffice(stage.database.appUrl);
    for (let hour = 0; hour < 6; hour += 1) await stage.record(office, 2, NOW - 10 * DAY + hour * 3_600_000);
    const [wrong] = await seeing(stage.database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query('SELECT id FROM charge ORDER BY effective_at LIMIT 1');
      return rows;
    });
    await stage.ledger.ask({
      kind: 'VOID',
      viewer: office.viewer,
      activityIds: [wrong.id],
      reasonFingerprint: 'x',
    });
    const backtests = new BacktestService(stage.reader);
    const [seatId] = office.seatIds;
    const policy = done(
      await stage.policies.draft(office.viewer, {
        ...SOURCE,
        changes: [{ ...MESSAGES, recommended: 5, ceiling: 5 }],
      }),
    );
    const report = done(await backtests.backtest(office.viewer, { seatId: seatId!, policy }));
    expect(report).toMatchObject({
      version: '2026-11.1',
      sends: 10,
      refused: 5,
      overruns: [{ max: 5, most: 10, refused: 5, from: NOW - 10 * DAY + 3 * 3_600_000 }],
    });
    const inForce = done(await backtests.backtest(office.viewer, { seatId: seatId!, policy: null }));
    expect(inForce).toMatchObject({ version: '2026-11', refused: 0, overruns: [] });
    const other = await openOffice(stage.database.appUrl);
    expect(refused(await backtests.backtest(other.viewer, { seatId: seatId!, policy: null }))).toContain(
      'NOT_FOUND',
    );
  });
});
