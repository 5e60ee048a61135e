import type { DataSource } from 'typeorm';
import { audit } from '../../src/ledger/audit.js';
import type { DecisionRecord } from '../../src/ledger/decision-record.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { LedgerReader } from '../../src/ledger/reader.js';
import { DAY } from '../../src/quota/window.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { BacktestService } from '../../src/services/backtest.service.js';
import { Changes } from '../../src/services/changes.js';
import { PolicyService, type PublishPolicy } from '../../src/services/policy.service.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { done, refused, TEST_FINGERPRINTS } from '../support/agency.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import {
  decisionOf,
  openOffice,
  recordInput,
  reserveRequest,
  seeing,
  type Office,
} from '../ledger/support.js';

const NOW = Date.parse('2026-11-26T09:00Z');
const THEN = NOW + DAY;
const MESSAGES = { actions: ['DIRECT_MESSAGE'], windowSeconds: 86_400 } as const;
const SOURCE = { source: 'A letter of LinkedIn' };

let database: ClockedDatabase;
let dataSource: DataSource;
let ledger: Ledger;
let reader: LedgerReader;
let policies: PolicyService;

beforeAll(async () => {
  database = await clockedDatabase();
  dataSource = await openDataSource(database.appUrl);
  ledger = new Ledger(database.appUrl);
  reader = new LedgerReader(database.appUrl);
  policies = new PolicyService(reader, new Changes(dataSource), new AuditLog(TEST_FINGERPRINTS));
});
afterAll(async () => {
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await Promise.all([ledger.close(), reader.close(), dataSource.destroy(), database.close()]);
});
beforeEach(() => database.setClock(NOW));

async function publish(office: Office, input: Partial<PublishPolicy>) {
  return done(await policies.publishPolicy(office.viewer, { ...SOURCE, ...input }));
}

async function ask(office: Office, when: number, seat = 0): Promise<DecisionRecord> {
  await database.setClock(when);
  const seatId = office.seatIds[seat]!;
  return decisionOf(await ledger.ask(reserveRequest(office, 'DIRECT_MESSAGE', { seatId, holdSeconds: 60 })));
}

async function record(office: Office, count: number, at: number, seat = 0): Promise<void> {
  const input = recordInput(office, 'DIRECT_MESSAGE', at, { count, seatId: office.seatIds[seat]! });
  await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: [input] });
}

const versionOf = ({ outcome, policyVersion }: DecisionRecord) => [outcome, policyVersion];

describe('a dry run', () => {
  it('tells which seats would lose or gain room today, and changes nothing', async () => {
    const office = await openOffice(database.appUrl, { seats: 3 });
    await record(office, 12, NOW, 1);
    const input = {
      effectiveFrom: THEN,
      changes: [
        { ...MESSAGES, recommended: 10, ceiling: 10 },
        { actions: ['DIRECT_MESSAGE'] as const, windowSeconds: 600, ceiling: 100 },
      ],
      dryRun: true,
    };
    const { policy, effect } = await publish(office, input);
    expect(policy.version).toBe('2026-11.1');
    expect(effect?.seats).toBe(3);
    const bySeat = new Map(effect!.changes.map((change) => [change.seatId, change]));
    expect(effect!.changes).toHaveLength(3);
    expect(bySeat.get(office.seatIds[0]!)).toMatchObject({ action: 'DIRECT_MESSAGE', now: 150, then: 10 });
    expect(bySeat.get(office.seatIds[1]!)).toMatchObject({ now: 138, then: 0 });
    expect((await policies.versions(office.viewer)).map(({ version }) => version)).toEqual(['2026-11']);
    const more = await publish(office, { ...input, changes: [input.changes[1]!] });
    // A burst hides nothing of the day, and changes nothing of it.
    expect(more.effect!.changes).toEqual([]);
    expect(versionOf(await ask(office, THEN + 1))).toEqual(['ALLOWED', '2026-11']);
  });

  it('goes over 2,000 seats in bounded time', async () => {
    const office = await openOffice(database.appUrl, { seats: 2_000 });
    const started = performance.now();
    const { effect } = await publish(office, {
      changes: [{ ...MESSAGES, recommended: 7, ceiling: 7 }],
      dryRun: true,
    });
    expect([effect!.seats, effect!.changes.length]).toEqual([2_000, 2_000]);
    expect(performance.now() - started).toBeLessThan(60_000);
  }, 120_000);
});

describe('a backtest', () => {
  it('finds in the ledger what a policy would have refused, without what was taken out again', async () => {
    const office = await openOffice(database.appUrl);
    for (let hour = 0; hour < 6; hour += 1) await record(office, 2, NOW - 10 * DAY + hour * 3_600_000);
    const [wrong] = await seeing(database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query('SELECT id FROM charge ORDER BY effective_at LIMIT 1');
      return rows;
    });
    await ledger.ask({
      kind: 'VOID',
      viewer: office.viewer,
      activityIds: [wrong.id],
      reasonFingerprint: 'x',
    });
    const backtests = new BacktestService(reader);
    const [seatId] = office.seatIds;
    const policy = done(
      await policies.draft(office.viewer, {
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
    const other = await openOffice(database.appUrl);
    expect(refused(await backtests.backtest(other.viewer, { seatId: seatId!, policy: null }))).toContain(
      'NOT_FOUND',
    );
  });
});
