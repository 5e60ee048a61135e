import { PolicyWatch } from '../../../src/services/policy/policy.watch.js';
import { Sweeper } from '../../../src/services/alerts/sweeper.js';
import { refused } from '../../support/agency.js';
import {
  decisionOf,
  openOffice,
  recordInput,
  reserveRequest,
  seeing,
  type Office,
} from '../../ledger/support.js';
import { MESSAGES, NOW, PolicyStage, SOURCE, THEN } from './policy.stage.js';

let stage: PolicyStage;
let watch: PolicyWatch;

beforeAll(async () => {
  stage = await PolicyStage.open();
  watch = new PolicyWatch(stage.dataSource, stage.changes);
});
afterAll(() => stage.close());
beforeEach(() => stage.database.setClock(NOW));

/** Sends of a seat some hours ago, and one request behind them, so that its counters are watched. */
async function use(office: Office, count: number): Promise<void> {
  const input = recordInput(office, 'DIRECT_MESSAGE', NOW - 3_600_000, { count });
  await stage.ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: [input] });
  decisionOf(await stage.ledger.ask(reserveRequest(office, 'DIRECT_MESSAGE', { holdSeconds: 60 })));
}

async function raised({ agencyId }: Office): Promise<[string, string | null, number][]> {
  return seeing(stage.database.appUrl, [agencyId], async (client) => {
    const { rows } = await client.query(
      `SELECT kind, detail->'facts'->>'version' AS version, raised_at FROM alert
       WHERE kind LIKE 'POLICY_%' OR kind LIKE 'LIMIT_%' ORDER BY sequence`,
    );
    return rows.map(({ kind, version, raised_at }) => [kind, version, Number(raised_at)]);
  });
}

describe('an alert of the policy', () => {
  it('P10: is written with a version that is in force at once, and with what its maxima cross', async () => {
    const office = await openOffice(stage.database.appUrl, { seats: 2 });
    await use(office, 20);
    await stage.publish(office, { changes: [{ ...MESSAGES, recommended: 10, ceiling: 10 }] });
    expect(await raised(office)).toEqual([
      ['POLICY_CHANGED', '2026-11.1', NOW],
      ['LIMIT_REACHED', null, NOW],
    ]);
    // Another number that no maximum follows from is told, and nothing is judged anew.
    await stage.database.setClock(NOW + 1);
    await stage.publish(office, { changes: [{ kind: 'GAP', recommended: 91 }] });
    expect((await raised(office)).slice(2)).toEqual([['POLICY_CHANGED', '2026-11.2', NOW + 1]]);
  });

  it('P10: is written once for a version of later, when it is in force, dated then', async () => {
    const [office, other] = [
      await openOffice(stage.database.appUrl),
      await openOffice(stage.database.appUrl),
    ];
    await use(office, 20);
    const change = { ...MESSAGES, recommended: 10, ceiling: 10 };
    await stage.publish(office, { effectiveFrom: NOW + 3_600_000, changes: [change] });
    await stage.database.setClock(NOW + 3_600_000 - 1);
    await watch.look(office.agencyId);
    expect(await raised(office)).toEqual([]);
    await stage.database.setClock(NOW + 7_200_000);
    await Promise.all([watch.look(office.agencyId), watch.look(office.agencyId)]);
    await watch.look(other.agencyId);
    await watch.look(office.agencyId);
    expect(await raised(office)).toEqual([
      ['POLICY_CHANGED', '2026-11.1', NOW + 3_600_000],
      ['LIMIT_REACHED', null, NOW + 7_200_000],
    ]);
    expect(await raised(other)).toEqual([]);
  });

  it('is written once a version whose numbers are unchecked for 180 days, by the sweep', async () => {
    const office = await openOffice(stage.database.appUrl, { seats: 0 });
    const stale = Date.parse('2027-05-24');
    const failures: unknown[] = [];
    const sweeper = new Sweeper(
      stage.dataSource,
      {
        ...{ ledger: stage.ledger, policies: watch },
        retention: { sweep: () => Promise.resolve(0) },
        enrolling: { goOn: () => Promise.resolve() },
        campaigns: { completeOver: () => Promise.resolve() },
        queue: { settleEnded: () => Promise.resolve() },
        stalls: { look: () => Promise.resolve() },
        holds: { release: () => Promise.resolve() },
      },
      (error) => failures.push(error),
      1e9,
    );
    await stage.database.setClock(stale - 1);
    await sweeper.sweep();
    expect(await raised(office)).toEqual([]);
    await stage.database.setClock(stale + 5);
    await sweeper.sweep();
    await sweeper.sweep();
    expect(await raised(office)).toEqual([['POLICY_STALE', '2026-11', stale]]);
    await sweeper.close();
    expect(failures).toEqual([]);
  });

  it('is not written by a dry run, nor by what is refused', async () => {
    const office = await openOffice(stage.database.appUrl);
    await use(office, 20);
    await stage.publish(office, { changes: [{ ...MESSAGES, recommended: 10, ceiling: 10 }], dryRun: true });
    const wrong = { ...SOURCE, changes: [{ ...MESSAGES, recommended: 999 }] };
    expect(refused(await stage.policies.publishPolicy(office.viewer, wrong))).toContain('INVALID');
    await stage.publish(office, { effectiveFrom: THEN, changes: [{ kind: 'GAP', recommended: 91 }] });
    expect(await raised(office)).toEqual([]);
  });
});

describe('the book', () => {
  it('is held while a version is published, and is of another revision then', async () => {
    const office = await openOffice(stage.database.appUrl);
    const revision = () =>
      seeing(stage.database.appUrl, [office.agencyId], async (client) => {
        const { rows } = await client.query('SELECT revision, last_at FROM agency_book');
        return rows.map((row) => [Number(row.revision), Number(row.last_at)])[0]!;
      });
    const [before] = await revision();
    await stage.publish(office, { changes: [{ kind: 'GAP', recommended: 91 }], dryRun: true });
    expect((await revision())[0]).toBe(before);
    await stage.database.setClock(NOW + 7);
    await stage.publish(office, { changes: [{ kind: 'GAP', recommended: 91 }] });
    expect(await revision()).toEqual([before! + 1, NOW + 7]);
  });
});
