import pg from 'pg';
import { counterFromKey, isRolling } from '../quota/counter.js';
import { ACTIONS, type ScopeKind } from '../quota/words.js';
import { SEE_AGENCIES } from '../tenancy/door.js';
import { stateFromJson, type OpenCounter, type StateJson } from './state.js';

/** Something that the books say of themselves and the ledger does not bear out. */
export interface Drift {
  readonly agencyId: string;
  /** Where: a scope and counter, or a table. */
  readonly what: string;
  readonly kept: string;
  readonly counted: string;
}

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
    for (const { scope_kind: kind, scope_id: id, state } of states.rows) {
      for (const open of stateFromJson(state)) {
        counters += 1;
        const counted = await countPlainly(client, agencyId, { kind, id }, open);
        drift.push(...differences(agencyId, `${kind} ${id} ${open.counter.key}`, open, counted));
      }
    }
    for (const { what, text } of STORIES) {
      const { rows } = await client.query<{ kept: string; counted: string }>(text, [agencyId]);
      drift.push(...rows.map(({ kept, counted }) => ({ agencyId, what, kept, counted })));
    }
    return { counters, drift };
  } finally {
    await client.query('ROLLBACK');
  }
}

interface Counted {
  readonly used: number;
  readonly first: number | null;
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

/** Each finds what contradicts itself, and nothing where all is well. */
const STORIES: readonly { readonly what: string; readonly text: string }[] = [
  {
    what: 'a committed reservation is one charge, at its sentAt',
    text: `
SELECT r.reservation_id || ' sent at ' || r.sent_at AS kept, count(c.id) || ' charges' AS counted FROM resolution r
LEFT JOIN charge c ON c.agency_id = r.agency_id AND c.reservation_id = r.reservation_id AND c.origin = 'COMMIT'
  AND c.effective_at = r.sent_at
WHERE r.agency_id = $1 AND r.status = 'COMMITTED' GROUP BY r.reservation_id, r.sent_at HAVING count(c.id) <> 1`,
  },
  {
    what: 'a commit’s charge has its resolution',
    text: `
SELECT c.id::text AS kept, 'no resolution' AS counted FROM charge c
WHERE c.agency_id = $1 AND c.origin = 'COMMIT' AND NOT EXISTS (
  SELECT 1 FROM resolution r WHERE r.agency_id = c.agency_id AND r.reservation_id = c.reservation_id
    AND r.status = 'COMMITTED' AND r.sent_at = c.effective_at)`,
  },
  {
    what: 'a hold is of an allowed decision that nobody resolved',
    text: `
SELECT h.id::text AS kept, coalesce(r.status, 'no allowed decision') AS counted FROM hold h
LEFT JOIN decision d ON d.agency_id = h.agency_id AND d.id = h.id AND d.expires_at = h.expires_at
LEFT JOIN resolution r ON r.agency_id = h.agency_id AND r.reservation_id = h.id
WHERE h.agency_id = $1 AND (d.id IS NULL OR r.reservation_id IS NOT NULL)`,
  },
  {
    what: 'a live reservation has its hold',
    text: `
SELECT d.id::text AS kept, 'no hold' AS counted FROM decision d
JOIN agency_book b ON b.agency_id = d.agency_id
WHERE d.agency_id = $1 AND d.expires_at > b.last_at
  AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.agency_id = d.agency_id AND r.reservation_id = d.id)
  AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.agency_id = d.agency_id AND h.id = d.id)`,
  },
  {
    what: 'a counter-entry takes out exactly what it names',
    text: `
SELECT v.id::text AS kept, coalesce(c.count, 0)::text AS counted FROM charge v
LEFT JOIN charge c ON c.id = v.voids AND c.agency_id = v.agency_id AND c.effective_at = v.effective_at
WHERE v.agency_id = $1 AND v.origin = 'VOID' AND c.count IS DISTINCT FROM -v.count`,
  },
  {
    what: 'a reservation’s key has its decision',
    text: `
SELECT i.key AS kept, 'no decision' AS counted FROM idempotency i
WHERE i.agency_id = $1 AND i.kind = 'RESERVE'
  AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.agency_id = i.agency_id AND d.id = i.subject_id)`,
  },
  {
    what: 'the hours add up to the charges',
    text: `
WITH hours AS (
  SELECT seat_id, action, hour, sum(committed) AS committed, sum(recorded) AS recorded
  FROM usage_hour WHERE agency_id = $1 GROUP BY seat_id, action, hour
), charges AS (
  SELECT seat_id, action, effective_at - effective_at % 3600000 AS hour,
    coalesce(sum(count) FILTER (WHERE origin = 'COMMIT'), 0) AS committed,
    coalesce(sum(count) FILTER (WHERE origin IN ('RECORD', 'IMPORT', 'VOID')), 0) AS recorded
  FROM charge WHERE agency_id = $1 AND origin <> 'OPENING' GROUP BY seat_id, action, hour
)
SELECT seat_id || ' ' || action || ' ' || hour || ': ' || coalesce(h.committed, 0) || ' and ' || coalesce(h.recorded, 0) AS kept,
  coalesce(c.committed, 0) || ' and ' || coalesce(c.recorded, 0) AS counted
FROM hours h FULL JOIN charges c USING (seat_id, action, hour)
WHERE coalesce(h.committed, 0) <> coalesce(c.committed, 0) OR coalesce(h.recorded, 0) <> coalesce(c.recorded, 0)`,
  },
  {
    what: 'the hours add up to the decisions',
    text: `
WITH hours AS (SELECT sum(allowed) AS allowed, sum(denied) AS denied FROM usage_hour WHERE agency_id = $1),
decisions AS (
  SELECT count(*) FILTER (WHERE outcome = 'ALLOWED') AS allowed, count(*) FILTER (WHERE outcome = 'DENIED') AS denied
  FROM decision WHERE agency_id = $1)
SELECT coalesce(h.allowed, 0) || ' and ' || coalesce(h.denied, 0) AS kept, d.allowed || ' and ' || d.denied AS counted
FROM hours h, decisions d WHERE coalesce(h.allowed, 0) <> d.allowed OR coalesce(h.denied, 0) <> d.denied`,
  },
];
