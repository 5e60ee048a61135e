import pg from 'pg';
import { counterFromKey, isRolling } from '../../quota/counter.js';
import { ACTIONS, type ScopeKind } from '../../quota/words.js';
import { SEE_AGENCIES } from '../../tenancy/door.js';
import { STORIES } from './audit-stories.js';
import { acceptanceDrift, countPending } from './audit-invitations.js';
import { CREDIT_STORIES } from './audit-credits.js';
import type { Counted, Drift } from './drift.js';
import { spanAt, type ZoneSince } from './plain-calendar.js';
import { stateFromJson, type OpenCounter, type StateJson } from '../books/state.js';

export type { Drift } from './drift.js';

export interface AuditReport {
  readonly agencies: number;
  readonly counters: number;
  readonly drift: readonly Drift[];
}

/**
 * Recomputes every counter from the charges by plain counting, and looks whether holds, resolutions, charges and
 * rollups tell the same story (P11): one snapshot for each agency. It shares no statement with the code that decides.
 */
export async function audit(
  appUrl: string,
  onAgency: (done: number, total: number) => void = () => undefined,
): Promise<AuditReport> {
  const client = new pg.Client({ connectionString: appUrl, application_name: 'headroom-audit' });
  // Whoever asks over a connection that was lost is told so.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM agency_directory ORDER BY id');
    const drift: Drift[] = [];
    let counters = 0;
    for (const [index, { id }] of rows.entries()) {
      const found = await auditAgency(client, id);
      counters += found.counters;
      drift.push(...found.drift);
      onAgency(index + 1, rows.length);
    }
    return { agencies: rows.length, counters, drift };
  } finally {
    await client.end();
  }
}

async function auditAgency(
  client: pg.Client,
  agencyId: string,
): Promise<{ counters: number; drift: Drift[] }> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await client.query(SEE_AGENCIES, [[agencyId]]);
    const states = await client.query<{ scope_kind: ScopeKind; scope_id: string; state: StateJson }>(
      'SELECT scope_kind, scope_id, state FROM scope_state WHERE agency_id = $1',
      [agencyId],
    );
    const drift: Drift[] = [];
    let counters = 0;
    const lastAt = await readLastAt(client, agencyId);
    for (const { scope_kind: kind, scope_id: id, state } of states.rows) {
      const zones = await readZones(client, agencyId, { kind, id });
      for (const open of stateFromJson(state)) {
        counters += 1;
        const what = `${kind} ${id} ${open.counter.key}`;
        drift.push(...wrongBounds(agencyId, what, open, { zones, lastAt }));
        const counted = await (open.counter.unanswered ? countPending : countPlainly)(
          client,
          agencyId,
          { kind, id },
          open,
        );
        drift.push(...differences(agencyId, what, open, counted));
      }
      drift.push(...(await acceptanceDrift(client, agencyId, id, state)));
    }
    for (const { what, text } of [...STORIES, ...CREDIT_STORIES]) {
      const { rows } = await client.query<{ kept: string; counted: string }>(text, [agencyId]);
      drift.push(...rows.map(({ kept, counted }) => ({ agencyId, what, kept, counted })));
    }
    return { counters, drift };
  } finally {
    await client.query('ROLLBACK');
  }
}

async function readLastAt(client: pg.Client, agencyId: string): Promise<number> {
  const { rows } = await client.query<{ last_at: string }>(
    'SELECT last_at FROM agency_book WHERE agency_id = $1',
    [agencyId],
  );
  return Number(rows[0]?.last_at ?? 0);
}

/** The zones that a scope's calendars follow, in order; a campaign's are its client account's. */
async function readZones(
  client: pg.Client,
  agencyId: string,
  { kind, id }: { readonly kind: ScopeKind; readonly id: string },
): Promise<ZoneSince[]> {
  const { rows } = await client.query<{ from_at: string; time_zone: string }>(
    `SELECT from_at, time_zone FROM scope_zone z WHERE z.agency_id = $1 AND (
       z.scope_kind = $2 AND z.scope_id = $3 OR $2 = 'CAMPAIGN' AND z.scope_kind = 'CLIENT_ACCOUNT' AND z.scope_id =
         (SELECT c.client_account_id FROM campaign c WHERE c.agency_id = $1 AND c.id = $3))
     ORDER BY from_at`,
    [agencyId, kind, id],
  );
  return rows.map(({ from_at: from, time_zone: timeZone }) => ({ from: Number(from), timeZone }));
}

/**
 * What a counter says of its own window. The charges between its bounds may well add up where the bounds are wrong: they
 * have to be a window of the scope's calendar, by its zone of then, and no window begins after the last instant used.
 */
function wrongBounds(
  agencyId: string,
  what: string,
  { counter: { window }, tally }: OpenCounter,
  { zones, lastAt }: { readonly zones: readonly ZoneSince[]; readonly lastAt: number },
): Drift[] {
  if (isRolling(tally) || window.kind === 'ROLLING') {
    const seconds = window.kind === 'ROLLING' ? window.seconds : 0;
    const end = isRolling(tally) ? tally.tail + seconds * 1000 : Infinity;
    return end <= lastAt ? [] : [{ agencyId, what, kept: `until ${end}`, counted: `until ${lastAt}` }];
  }
  const kept = `from ${tally.start} until ${tally.end}`;
  // A change of zone takes effect at a window's end: its last millisecond is in the zone that it was counted by.
  const span = zones.length > 0 ? spanAt(window.kind, zones, tally.end - 1) : null;
  const counted = span ? `from ${span.start} until ${span.end}` : 'no zone';
  return kept === counted && tally.start <= lastAt ? [] : [{ agencyId, what, kept, counted }];
}

const SCOPE_COLUMN: Record<ScopeKind, string> = {
  AGENCY: 'agency_id',
  CLIENT_ACCOUNT: 'client_account_id',
  CAMPAIGN: 'campaign_id',
  SEAT: 'seat_id',
};

async function countPlainly(
  client: pg.Client,
  agencyId: string,
  scope: { readonly kind: ScopeKind; readonly id: string },
  { counter, tally }: OpenCounter,
): Promise<Counted> {
  const after = isRolling(tally) ? tally.tail : tally.start - 1;
  const before = isRolling(tally) ? Number.MAX_SAFE_INTEGER : tally.end;
  const { actions, onlyWithNote } = counterFromKey(counter.key);
  const { rows } = await client.query<{ at: string; count: string }>(
    `SELECT effective_at AS at, sum(count) AS count FROM charge
     WHERE agency_id = $1 AND ${SCOPE_COLUMN[scope.kind]} = $2 AND effective_at > $3 AND effective_at < $4
       AND ($5 OR action = ANY ($6)) AND ($7 OR noted)
     GROUP BY effective_at HAVING sum(count) <> 0 ORDER BY effective_at`,
    [agencyId, scope.id, after, before, actions.length === ACTIONS.length, actions, !onlyWithNote],
  );
  const used = rows.reduce((sum, { count }) => sum + Number(count), 0);
  return { used, first: rows[0] ? Number(rows[0].at) : null };
}

function differences(agencyId: string, what: string, { tally }: OpenCounter, counted: Counted): Drift[] {
  const drift: Drift[] = [];
  if (tally.used !== counted.used) {
    drift.push({ agencyId, what, kept: `used ${tally.used}`, counted: `used ${counted.used}` });
  }
  // The tail itself stands for "to be looked up": it is written where a counter-entry took a first charge away.
  if (isRolling(tally) && tally.first !== counted.first && tally.first !== tally.tail) {
    drift.push({ agencyId, what, kept: `first ${tally.first}`, counted: `first ${counted.first}` });
  }
  return drift;
}
