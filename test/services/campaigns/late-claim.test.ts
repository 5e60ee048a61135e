import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Refusal } from '../../../src/errors.js';
import { TouchClaims } from '../../../src/services/campaigns/queue.claims.js';
import type { Claim } from '../../../src/services/campaigns/queue.concluding.js';
import { Changes } from '../../../src/services/changes.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { launch, MORNING } from './work-queue.support.js';

let stage: ClockedServices;

beforeAll(async () => {
  stage = await ClockedServices.open(8);
  await stage.database.setClock(MORNING);
});
afterAll(() => stage.close());

/** The first touch of somebody in a campaign, and two who may claim it. */
async function openTouch(): Promise<{ touchId: string; one: Viewer; other: Viewer }> {
  const { owner, seatId, operators } = await launch(stage, 1);
  const { touches } = await stage.services.touches.nextTouches(owner, seatId, 1);
  const [one, other] = operators;
  return { touchId: touches[0]!.touch.id, one: one!, other: other! };
}

/** Connections of which the first that has read the clock stalls until it is told to go on. */
class Stalled {
  readonly dataSource: DataSource;
  readonly hasRead: Promise<void>;
  goOn: () => void = () => undefined;
  private reached: () => void = () => undefined;
  private isFirst = true;

  constructor() {
    this.hasRead = new Promise((resolve) => (this.reached = resolve));
    const gate = new Promise<void>((resolve) => (this.goOn = resolve));
    const createQueryRunner = () => {
      const runner = stage.dataSource.createQueryRunner();
      const { manager } = runner;
      const query: EntityManager['query'] = manager.query.bind(manager);
      const stalling = async (sql: string, values?: unknown[]): Promise<unknown> => {
        const answer = await query(sql, values);
        if (this.isFirst && sql.includes('see_clock')) {
          this.isFirst = false;
          this.reached();
          await gate;
        }
        return answer;
      };
      Object.assign(manager, { query: stalling });
      return runner;
    };
    this.dataSource = Object.create(stage.dataSource, {
      createQueryRunner: { value: createQueryRunner },
    }) as DataSource;
  }
}

/** Whether a transaction waits for what another one has locked. */
async function somebodyWaits(): Promise<boolean> {
  const [found] = await stage.dataSource.query<{ waits: boolean }[]>(
    `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`,
  );
  return found!.waits;
}

function isTheirs(claim: Claim | Refusal): boolean {
  return !(claim instanceof Refusal) && claim.decided?.reservation?.status === 'HELD';
}

it('gives a touch to nobody by what was read of it before another one had it', async () => {
  const { services } = stage;
  const { touchId, one, other } = await openTouch();
  const stalled = new Stalled();
  const lateClaims = new TouchClaims(stalled.dataSource, {
    ...services,
    changes: new Changes(stage.dataSource),
  });
  const late = lateClaims.claimTouch(one, { touchId, idempotencyKey: randomUUID() });
  await stalled.hasRead;
  // Whoever comes now either has to wait for the one that has read it, or is through before that one writes.
  const answered: unknown[] = [];
  const early = services.touchClaims.claimTouch(other, { touchId, idempotencyKey: randomUUID() });
  void early.then((claim) => answered.push(claim));
  while (answered.length === 0) if (await somebodyWaits()) break;
  stalled.goOn();
  const claims = await Promise.all([late, early]);
  expect(claims.filter(isTheirs)).toHaveLength(1);
});
