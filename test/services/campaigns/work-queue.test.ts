import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { audit } from '../../../src/ledger/audit/audit.js';
import type { EngagementKind } from '../../../src/quota/words.js';
import { Changes } from '../../../src/services/changes.js';
import { TouchClaims } from '../../../src/services/campaigns/queue.claims.js';
import { TouchEnds } from '../../../src/services/campaigns/queue.ends.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { instantOf } from '../../../src/tenancy/uuid.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { Refusal } from '../../../src/errors.js';
import {
  type Act,
  DELAY_MINUTES,
  Killed,
  launch,
  type Launched,
  MORNING,
  mortal,
  OPERATORS,
  PEOPLE,
  type Round,
  ROUND,
} from './work-queue.support.js';
import { done } from '../../support/agency.js';
import { ClockedServices } from '../../support/clocked-services.js';

const MINUTE = 60_000;
let stage: ClockedServices;
let services: ClockedServices['services'];

beforeAll(async () => {
  stage = await ClockedServices.open(8);
  services = stage.services;
});
afterAll(() => stage.close());

/** A campaign of its own agency, and operators who do what they like. */
class Office {
  private now = MORNING;
  /** What was held last for whoever was told that a touch is theirs. */
  private readonly held = new Map<string, string>();

  private constructor(private readonly launched: Launched) {}

  static async open(): Promise<Office> {
    await stage.database.setClock(MORNING);
    return new Office(await launch(stage, PEOPLE));
  }

  async round({ acts, news, after }: Round): Promise<void> {
    for (const { who, kind } of news) await this.engage(this.launched.urls[who]!, kind);
    const { touches } = await services.touches.nextTouches(this.launched.owner, this.launched.seatId, 100);
    const all = await this.rows<{ id: string; state: string }>(
      "SELECT id, state FROM touch WHERE agency_id = $1 AND state IN ('DUE', 'CLAIMED') ORDER BY id",
    );
    const next = touches.map(({ touch }) => touch.id);
    await Promise.all(
      acts.map((act) => {
        const pool = act.what === 'CLAIM' ? next : all.map(({ id }) => id);
        const touchId = pool[act.which % Math.max(1, pool.length)];
        return touchId ? this.act(act, touchId) : Promise.resolve();
      }),
    );
    await this.pass(after);
  }

  /** Everybody comes back from whatever they died of. */
  async settle(): Promise<void> {
    await this.pass(20 * MINUTE);
    await services.touches.nextTouches(this.launched.owner, this.launched.seatId, 100);
  }

  async check(): Promise<void> {
    const sent = await this.rows<Sent>(
      `SELECT c.recipient_id, c.action, c.effective_at::float8 AS at, c.reservation_id, d.outcome FROM charge c
       LEFT JOIN decision d ON d.agency_id = c.agency_id AND d.id = c.reservation_id WHERE c.agency_id = $1`,
    );
    // No touch twice: each step is an action of its own here.
    expect(new Set(sent.map(({ recipient_id, action }) => `${recipient_id} ${action}`)).size).toBe(
      sent.length,
    );
    // No send without a decision that allowed it.
    expect(sent.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'ALLOWED')).toEqual([]);
    const engaged = await this.rows<{ recipient_id: string; kind: string; at: number }>(
      'SELECT recipient_id, kind, min(occurred_at)::float8 AS at FROM engagement WHERE agency_id = $1 GROUP BY 1, 2',
    );
    const told = (who: string, kind: string) =>
      engaged.find((one) => one.recipient_id === who && one.kind === kind)?.at ?? Infinity;
    for (const { recipient_id: who, action, reservation_id } of sent) {
      const decidedAt = instantOf(reservation_id);
      expect(decidedAt).toBeLessThanOrEqual(told(who, 'REPLIED'));
      expect(decidedAt).toBeLessThanOrEqual(told(who, 'OPTED_OUT'));
      if (action !== 'DIRECT_MESSAGE') continue;
      const invited = sent.find((one) => one.recipient_id === who && one.action === 'CONNECTION_REQUEST')?.at;
      // No step before its condition, nor before its delay.
      const accepted = Math.max(told(who, 'INVITATION_ACCEPTED'), invited ?? -Infinity);
      expect(decidedAt).toBeGreaterThanOrEqual(accepted + DELAY_MINUTES * MINUTE);
    }
    // What is done was sent, and what was sent is done: nothing is dropped.
    const touches = await this.rows<{ recipient_id: string; step: string; state: string }>(
      `SELECT e.recipient_id, t.step, t.state FROM touch t JOIN enrolment e ON e.agency_id = t.agency_id AND e.id = t.enrolment_id
       WHERE t.agency_id = $1 AND t.state = 'DONE'`,
    );
    const ACTION: Record<string, string> = { invite: 'CONNECTION_REQUEST', thank: 'DIRECT_MESSAGE' };
    expect(touches.map(({ recipient_id, step }) => `${recipient_id} ${ACTION[step]}`).toSorted()).toEqual(
      sent.map(({ recipient_id, action }) => `${recipient_id} ${action}`).toSorted(),
    );
    // Nobody is left between two states: whoever is still in it has an open touch, or an instant to be looked at.
    const lost = await this.rows(
      `SELECT e.id FROM enrolment e WHERE e.agency_id = $1 AND e.state = 'ACTIVE' AND e.next_due_at IS NULL AND NOT EXISTS (
         SELECT 1 FROM touch t WHERE t.agency_id = e.agency_id AND t.enrolment_id = e.id AND t.state IN ('DUE', 'CLAIMED'))`,
    );
    expect(lost).toEqual([]);
  }

  private async act({ who, what, dies }: Act, touchId: string) {
    const viewer = this.launched.operators[who]!;
    const reservations = mortal(services.reservations, () => dies);
    const releases = mortal(services.releases, () => dies);
    const changes = new Changes(stage.dataSource);
    const claims = new TouchClaims(stage.dataSource, { changes, reservations, releases });
    const activities = mortal(services.activities, () => dies);
    const ends = new TouchEnds(stage.dataSource, { changes, reservations, releases, activities });
    try {
      if (what === 'CLAIM') await this.claim(claims, viewer, touchId);
      else if (what === 'COMPLETE') await ends.completeTouch(viewer, { touchId });
      else if (what === 'SKIP') await ends.skipTouch(viewer, touchId);
      else await ends.failTouch(viewer, touchId, 'OTHER');
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }

  private async claim(claims: TouchClaims, viewer: Viewer, touchId: string): Promise<void> {
    const key = randomUUID();
    const claimed = await claims.claimTouch(viewer, { touchId, idempotencyKey: key });
    if (claimed instanceof Refusal || claimed.decided?.decision.outcome !== 'ALLOWED') return;
    const other = this.held.get(touchId);
    this.held.set(touchId, claimed.decided.decision.id);
    // One touch is one operator's at a time, unless what was held was given back or lapsed.
    if (other) expect(await this.isHeld(other)).toBe(false);
  }

  /** How many of all who ask for the first touch at the same moment are told that it is theirs. */
  async rush(): Promise<number> {
    const { touches } = await services.touches.nextTouches(this.launched.owner, this.launched.seatId, 1);
    const asked = Array.from({ length: 6 }, (_, index) =>
      services.touchClaims.claimTouch(this.launched.operators[index % OPERATORS]!, {
        ...{ touchId: touches[0]!.touch.id, idempotencyKey: randomUUID() },
      }),
    );
    const claimed = await Promise.all(asked);
    await this.pass(2 * MINUTE);
    return claimed.filter((one) => !(one instanceof Refusal) && one.decided?.reservation?.status === 'HELD')
      .length;
  }

  async sent(): Promise<number> {
    return (await this.rows('SELECT id FROM charge WHERE agency_id = $1')).length;
  }

  private async isHeld(reservationId: string): Promise<boolean> {
    const sql = `SELECT id FROM hold WHERE agency_id = $1 AND id = '${reservationId}' AND expires_at > ${this.now}`;
    return (await this.rows(sql)).length > 0;
  }

  private async engage(recipientProfileUrl: string, kind: EngagementKind): Promise<void> {
    const told = { seatId: this.launched.seatId, recipientProfileUrl, kind, occurredAt: this.now };
    done(await services.engagements.record(this.launched.owner, [{ ...told, idempotencyKey: randomUUID() }]));
  }

  private async pass(ms: number): Promise<void> {
    this.now += ms;
    await stage.database.setClock(this.now);
  }

  private rows<Row>(sql: string): Promise<Row[]> {
    const { agencyId } = this.launched.owner;
    return inAgency(stage.dataSource, this.launched.owner, (manager) =>
      manager.query<Row[]>(sql, [agencyId]),
    );
  }
}

interface Sent {
  readonly recipient_id: string;
  readonly action: string;
  readonly at: number;
  readonly reservation_id: string;
  readonly outcome: string | null;
}

describe('whatever operators do, all at once, and wherever their server dies', () => {
  it('no touch goes out twice, no step before its condition, nothing without a decision, and nothing is dropped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ROUND, { minLength: 6, maxLength: 14 }), async (rounds) => {
        const office = await Office.open();
        for (const round of rounds) await office.round(round);
        await office.settle();
        await office.check();
      }),
      { numRuns: 20, endOnFailure: true },
    );
    expect((await audit(stage.database.appUrl)).drift).toEqual([]);
  }, 300_000);
});

it('is a day of which enough goes out that the test says something', async () => {
  const office = await Office.open();
  const act = (what: 'CLAIM' | 'COMPLETE', which: number) => ({ who: 0, what, which, dies: false });
  for (let round = 0; round < PEOPLE; round += 1) {
    await office.round({ acts: [act('CLAIM', 0)], news: [], after: 2 * MINUTE });
    await office.round({
      acts: Array.from({ length: PEOPLE }, (_, which) => act('COMPLETE', which)),
      news: [],
      after: 2 * MINUTE,
    });
  }
  await office.check();
  expect(await office.sent()).toBe(PEOPLE);
});

it('gives a touch to one of those who ask for it at the same moment', async () => {
  const office = await Office.open();
  for (let touch = 0; touch < 4; touch += 1) expect(await office.rush()).toBe(1);
});
