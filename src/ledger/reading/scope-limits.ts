import type { ZoneFrom } from '../../quota/calendar.js';
import { counterOf } from '../../quota/counter.js';
import { limitsSet, type Limit } from '../../quota/limit.js';
import type { Instant } from '../../quota/window.js';
import type { Action, LimitOrigin, WindowKind } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import { agencyOf, type ScopeRef } from './scopes.js';

/** The limits that people set at a client account, a campaign or an agency, with the calendar that they follow. */
export interface ScopeLimits extends ScopeRef {
  /** Whose it is; null for the agency. */
  readonly clientAccountId: string | null;
  readonly limits: readonly Limit[];
  readonly zones: readonly ZoneFrom[];
}

interface Row {
  index: number;
  client_account_id: string | null;
  limits: [
    origin: LimitOrigin,
    id: string,
    Action[],
    onlyWithNote: boolean,
    WindowKind,
    seconds: number,
    max: number,
  ][];
  zones: [from: Instant, timeZone: string][];
}

const READ_SCOPE_LIMITS: Statement = {
  name: 'read_scope_limits',
  text: `
SELECT n.i AS index, a.id AS client_account_id,
  (SELECT coalesce(json_agg(json_build_array(CASE l.scope_kind WHEN 'PLAN' THEN 'PLAN' ELSE 'CUSTOM' END,
      l.id, l.actions, l.only_with_note, l.window_kind, l.window_seconds, l.max) ORDER BY l.scope_kind DESC, l.id), '[]')
    FROM scope_limit l WHERE l.agency_id = n.agency_id AND (
      (l.scope_kind = n.kind AND l.scope_id = n.id)
      OR (n.kind = 'CLIENT_ACCOUNT' AND l.scope_kind = 'PLAN' AND l.scope_id = a.plan_id))) AS limits,
  (SELECT json_agg(json_build_array(z.from_at, z.time_zone) ORDER BY z.from_at)
    FROM scope_zone z WHERE z.agency_id = n.agency_id AND (
      (n.kind = 'AGENCY' AND z.scope_kind = 'AGENCY') OR (z.scope_kind = 'CLIENT_ACCOUNT' AND z.scope_id = a.id))) AS zones
FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::uuid[]) AS n (i, agency_id, kind, id)
JOIN agency g ON g.agency_id = n.agency_id
LEFT JOIN campaign c ON n.kind = 'CAMPAIGN' AND c.agency_id = n.agency_id AND c.id = n.id
LEFT JOIN client_account a ON a.agency_id = n.agency_id AND a.id = CASE n.kind WHEN 'CAMPAIGN' THEN c.client_account_id ELSE n.id END
WHERE n.kind = 'AGENCY' OR a.id IS NOT NULL`,
};

/** Of the scopes that there are; a seat's limits follow from its standing. */
export async function readScopeLimits(
  transaction: LedgerTransaction,
  scopes: readonly ScopeRef[],
): Promise<ScopeLimits[]> {
  if (scopes.length === 0) return [];
  const rows = await transaction.query<Row>(READ_SCOPE_LIMITS, [
    scopes.map((_, index) => index),
    scopes.map(({ agencyId }) => agencyId),
    scopes.map(({ scope }) => scope.kind),
    scopes.map(({ scope }) => scope.id),
  ]);
  // Each may have a hundred limits, and a page has a hundred of them.
  return LongWork.byItself(agencyOf(scopes)).each(rows, (row): ScopeLimits => {
    const ref = scopes[row.index]!;
    return {
      ...ref,
      clientAccountId: ref.scope.kind === 'AGENCY' ? null : row.client_account_id,
      zones: row.zones.map(([from, timeZone]) => ({ from, timeZone })),
      limits: row.limits.flatMap(([origin, id, actions, onlyWithNote, kind, seconds, max]) => {
        const window = kind === 'ROLLING' ? { kind, seconds } : { kind };
        return limitsSet([{ id, counter: counterOf(actions, onlyWithNote, window), max }], ref.scope, origin);
      }),
    };
  });
}
