import assert from 'node:assert/strict';
import pg from 'pg';
import { POLICY_2026_11 } from '../../src/quota/policy/2026-11.js';
import type { OutsideUse } from '../../src/quota/outside-use.js';
import type { Action, ScopeKind } from '../../src/quota/words.js';
import { Refusal } from '../../src/errors.js';
import type { RestrictionService } from '../../src/services/seats/restriction.service.js';
import type { SeatMoves } from '../../src/services/seats/seat.moves.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidRandom } from '../../src/tenancy/uuid.js';
import { systemViewer, type Viewer } from '../../src/tenancy/viewer.js';
import { SCOPES, SEATS, type History, type LimitSpec, type RequestSpec } from '../quota/history.js';
import type { Oracle, OracleLimit } from '../quota/oracle.js';
import type { SeatChange } from '../quota/seat-changes.js';
import type { ClockedDatabase } from './fake-clock.js';

type OracleSend = ReturnType<Oracle['send']>;

/** What changes seats as the server does. */
export interface SeatServices {
  readonly restrictions: RestrictionService;
  readonly moves: SeatMoves;
}

/** The agency of a history in the tables, written as plainly as can be, and the ids of its scopes by name. */
export class HistoryWorld {
  private readonly ids = new Map<string, string>(SCOPES.map((scope) => [scope.id, uuidRandom()]));
  private limits: LimitSpec[] = [];

  private readonly reported = new Map<string, readonly string[]>();

  constructor(
    private readonly database: ClockedDatabase,
    private readonly services: SeatServices,
  ) {}

  get viewer(): Viewer {
    return systemViewer(this.agencyId, 'test');
  }

  get agencyId(): string {
    return this.id('agency');
  }

  id(name: string): string {
    return this.ids.get(name)!;
  }

  nameOf(id: string): string {
    return [...this.ids].find(([, known]) => known === id)![0];
  }

  get limitsSet(): readonly LimitSpec[] {
    return this.limits;
  }

  /** An agency with two client accounts, each with a campaign, and their seats. */
  async found(history: History): Promise<void> {
    await this.seeing((client) => this.insertAll(client, history));
  }

  async setLimit(spec: LimitSpec): Promise<void> {
    const same = (other: LimitSpec): boolean =>
      other.scope === spec.scope &&
      other.onlyWithNote === spec.onlyWithNote &&
      JSON.stringify([other.window, other.actions.toSorted()]) ===
        JSON.stringify([spec.window, spec.actions.toSorted()]);
    this.limits = [...this.limits.filter((other) => !same(other)), spec];
    const { scope, onlyWithNote, window, max } = spec;
    const actions = spec.actions.toSorted();
    const seconds = window.kind === 'ROLLING' ? window.seconds : 0;
    await this.seeing((client) =>
      client.query(
        `INSERT INTO scope_limit VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
         ON CONFLICT (agency_id, scope_kind, scope_id, actions, only_with_note, window_kind, window_seconds)
         DO UPDATE SET max = excluded.max`,
        [
          this.agencyId,
          uuidRandom(),
          scope.kind,
          this.id(scope.id),
          actions,
          onlyWithNote,
          window.kind,
          seconds,
          max,
        ],
      ),
    );
  }

  async setZone(kind: ScopeKind, name: string, from: number, timeZone: string): Promise<void> {
    await this.seeing((client) =>
      client.query(
        `INSERT INTO scope_zone VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (agency_id, scope_kind, scope_id, from_at) DO NOTHING`,
        [this.agencyId, kind, this.id(name), from, timeZone],
      ),
    );
  }

  /**
   * Does work that asks for no campaign while all of them have ended, which changes nothing of what they hold, or of what becomes
   * of that; other work as it is. Answers whether they had.
   */
  async withCampaignsEnded(requests: readonly RequestSpec[], work: () => Promise<unknown>): Promise<boolean> {
    if (requests.some(asksForCampaign)) {
      await work();
      return false;
    }
    await this.setCampaigns('COMPLETED');
    await work();
    await this.setCampaigns('RUNNING');
    return true;
  }

  private async setCampaigns(status: 'RUNNING' | 'COMPLETED'): Promise<void> {
    await this.seeing((client) =>
      client.query('UPDATE campaign SET status = $2 WHERE agency_id = $1', [this.agencyId, status]),
    );
  }

  /** Declarations of one instant are told apart by their order. */
  async declare(name: string, { action, perDay, from, until }: OutsideUse, order: number): Promise<void> {
    await this.seeing((client) =>
      client.query('INSERT INTO outside_use VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
        ...[this.agencyId, this.id(name), uuidRandom(), action, perDay, from, until, order],
      ]),
    );
  }

  async import(name: string, at: number): Promise<void> {
    await this.seeing((client) =>
      client.query(`INSERT INTO archive_import VALUES ($1, $2, $3, $4, 'test', false, '{"v": 1}')`, [
        ...[this.agencyId, uuidRandom(), this.id(name), at],
      ]),
    );
  }

  /** All that is set on each counter: the history's own, and at a seat the policy's for its tier. */
  allLimits(oracle: Oracle): OracleLimit[] {
    const policy = SEATS.flatMap(([seat]) => {
      const tier = tierOf(oracle, seat.id);
      return POLICY_2026_11.rules.flatMap(
        ({ kind, actions, onlyWithNote, window, ceiling, recommended, tiers }) =>
          kind === 'LIMIT' && window && ceiling !== null && (tiers?.includes(tier) ?? true)
            ? [{ scope: seat, actions, onlyWithNote, window, set: { max: ceiling, recommended } }]
            : [],
      );
    });
    const own = this.limits.map(({ max, ...limit }) => ({ ...limit, set: { max } }));
    const limits = new Map<string, OracleLimit>();
    for (const { scope, set, actions, onlyWithNote, window } of [...policy, ...own]) {
      const key = JSON.stringify([scope, actions.toSorted(), onlyWithNote, window]);
      limits.set(key, {
        scope: `${scope.kind} ${scope.id}`,
        counted: { actions, onlyWithNote, window },
        set: [...(limits.get(key)?.set ?? []), set],
      });
    }
    return [...limits.values()];
  }

  /** Changes a seat as the oracle's was changed. */
  async changeSeat(oracle: Oracle, name: string, change: SeatChange, clientAccount: string): Promise<void> {
    const { hours, daysOff, warmUpStartedOn, restrictions } = oracle.seat(`SEAT ${name}`);
    const ofSeat = [this.agencyId, this.id(name)];
    if (change.kind === 'RESTRICT') return this.restrict(name, change.actions, restrictions.at(-1)!.endsAt);
    if (change.kind === 'LIFT') return this.lift(name, change.pick);
    if (change.kind === 'MOVE') return this.move(name, clientAccount);
    await this.seeing(async (client) => {
      await client.query(
        'UPDATE seat SET tier = $3, working_hours = $4, warm_up_started_on = $5 WHERE agency_id = $1 AND id = $2',
        [...ofSeat, tierOf(oracle, name), hours && JSON.stringify({ v: 1, ...hours }), warmUpStartedOn],
      );
      await client.query('DELETE FROM seat_day_off WHERE agency_id = $1 AND seat_id = $2', ofSeat);
      await client.query('INSERT INTO seat_day_off SELECT $1, $2, unnest($3::date[])', [
        ...ofSeat,
        [...new Set(daysOff)],
      ]);
    });
  }

  private async move(name: string, clientAccount: string): Promise<void> {
    const seatId = this.id(name);
    const moved = await this.services.moves.moveSeat(this.viewer, {
      seatId,
      clientAccountId: this.id(clientAccount),
    });
    assert(!(moved instanceof Refusal), JSON.stringify(moved));
  }

  private async restrict(
    name: string,
    actions: readonly Action[] | null,
    until: number | null,
  ): Promise<void> {
    const kind = until === null ? 'PERMANENT' : 'TEMPORARY';
    await this.services.restrictions.report(this.viewer, { seatId: this.id(name), kind, actions, until });
    const ids = await this.seeing((client) =>
      client.query<{ id: string }>('SELECT id FROM restriction WHERE agency_id = $1 AND seat_id = $2', [
        ...[this.agencyId, this.id(name)],
      ]),
    );
    const known = this.reported.get(name) ?? [];
    const id = ids.rows.map((row) => row.id).find((one) => !known.includes(one));
    this.reported.set(name, [...known, id!]);
  }

  private async lift(name: string, pick: number): Promise<void> {
    const known = this.reported.get(name) ?? [];
    const id = known[pick % Math.max(1, known.length)];
    if (id !== undefined) await this.services.restrictions.lift(this.viewer, id);
  }

  /** The ids of the records in the books that are like this one. */
  async recordIds({ at, action, noted, count }: OracleSend, seatId: string): Promise<string[]> {
    return this.seeing(async (client) => {
      const found = await client.query<{ id: string }>(
        `SELECT id FROM charge WHERE agency_id = $1 AND seat_id = $2 AND effective_at = $3 AND action = $4 AND noted = $5
           AND count = $6 AND origin = 'RECORD'`,
        [this.agencyId, seatId, at, action, noted, count],
      );
      return found.rows.map(({ id }) => id);
    });
  }

  /** Changes what decisions rest on, so the revision grows. */
  private async seeing<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.database.appUrl });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(SEE_AGENCIES, [[this.agencyId]]);
      const result = await work(client);
      await client.query('UPDATE agency_book SET revision = revision + 1 WHERE agency_id = $1', [
        this.agencyId,
      ]);
      await client.query('COMMIT');
      return result;
    } finally {
      await client.end();
    }
  }

  private async insertAll(client: pg.Client, history: History): Promise<void> {
    const { agencyId } = this;
    const planId = uuidRandom();
    await client.query('INSERT INTO agency_directory VALUES ($1, 0)', [agencyId]);
    await client.query(`INSERT INTO agency VALUES ($1, 'Agency', 'UTC', 0)`, [agencyId]);
    await client.query('INSERT INTO agency_book (agency_id) VALUES ($1)', [agencyId]);
    await client.query(`INSERT INTO plan VALUES ($1, $2, 'Plan', 10, 0)`, [agencyId, planId]);
    for (const name of ['client1', 'client2']) {
      await client.query(
        `INSERT INTO client_account VALUES ($1, $2, $3, $4, NULL, 'UTC', 'ACTIVE', 'CEILING', 0)`,
        [agencyId, this.id(name), planId, name],
      );
    }
    for (const name of ['campaign1', 'campaign2']) {
      await client.query(`INSERT INTO campaign VALUES ($1, $2, $3, NULL, $4, 'RUNNING', 0)`, [
        ...[agencyId, this.id(name), this.id(name.replace('campaign', 'client')), name],
      ]);
    }
    for (const [seat, account, , campaign] of SEATS) {
      await client.query(
        `INSERT INTO seat (agency_id, id, client_account_id, holder_name, holder_kind, holder_agreed_on, profile_url, tier,
           time_zone, limit_mode, status, history, created_at)
         VALUES ($1, $2, $3, 'Holder', 'AGENCY_STAFF', '2010-01-01', $4, 'BASIC', 'UTC', 'CEILING', 'ACTIVE', 'NONE', 0)`,
        [agencyId, this.id(seat.id), this.id(account.id), seat.id],
      );
      await client.query('INSERT INTO seat_assignment VALUES ($1, $2, 0, $3)', [
        agencyId,
        this.id(seat.id),
        this.id(account.id),
      ]);
      await client.query('INSERT INTO campaign_seat VALUES ($1, $2, $3, 0)', [
        agencyId,
        this.id(campaign.id),
        this.id(seat.id),
      ]);
    }
    for (const [index, scope] of SCOPES.entries()) {
      if (scope.kind === 'CAMPAIGN') continue;
      await client.query('INSERT INTO scope_zone VALUES ($1, $2, $3, $4, $5)', [
        ...[agencyId, scope.kind, this.id(scope.id), history.start, history.timeZones[index]],
      ]);
    }
  }
}

function asksForCampaign({ kind, ofCampaign }: RequestSpec): boolean {
  return ofCampaign && (kind === 'RESERVE' || kind === 'PREVIEW');
}

/** InMail comes with the tier: a seat that lacks it is a BASIC one. */
function tierOf(oracle: Oracle, name: string): 'BASIC' | 'SALES_NAVIGATOR' {
  return oracle.seat(`SEAT ${name}`).lacks.length > 0 ? 'BASIC' : 'SALES_NAVIGATOR';
}
