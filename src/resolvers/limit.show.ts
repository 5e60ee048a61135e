import type { ScopeLimitEntity } from '../entities/scope-limit.entity.js';
import type { Counter, Scope } from '../quota/counter.js';
import type { Limit, SetLimit } from '../quota/limit.js';
import { remaining, usageLevel, type Usage } from '../quota/usage.js';
import type { Instant, Window } from '../quota/window.js';
import type { ScopeKind } from '../quota/words.js';
import { fill } from '../schema/fill.js';
import { type IdKind, kindOf, toId } from '../schema/ids.js';
import { Limit as ShownLimit, Usage as ShownUsage, Window as ShownWindow } from '../schema/limit.schema.js';
import { toSetLimit } from '../services/agency/limit-terms.js';
import type { LimitScope } from '../services/agency/limit.service.js';
import { seesCounts, type Viewer } from '../tenancy/viewer.js';
import { NOBODY, uuidFrom, uuidOf } from './ids.js';

/** From the limits and counters of the books to those of the schema. */

export const ID_KIND_OF_SCOPE = {
  AGENCY: 'agency',
  CLIENT_ACCOUNT: 'client',
  CAMPAIGN: 'campaign',
  SEAT: 'seat',
} as const satisfies Record<ScopeKind, IdKind>;

const SCOPE_KIND_OF_ID: Readonly<Partial<Record<IdKind, LimitScope['kind']>>> = {
  agency: 'AGENCY',
  client: 'CLIENT_ACCOUNT',
  campaign: 'CAMPAIGN',
  seat: 'SEAT',
  plan: 'PLAN',
};

/** The scope, or the plan, that an id names; a seat that nobody has where it names none. */
export function scopeOf(id: string): LimitScope {
  const idKind = kindOf(id);
  const kind = idKind === null ? undefined : SCOPE_KIND_OF_ID[idKind];
  return idKind === null || kind === undefined
    ? { kind: 'SEAT', id: NOBODY }
    : { kind, id: uuidOf(idKind, id) };
}

/** The same where limits are set by themselves; a plan's are set with the plan. */
export function settableScopeOf(id: string): Scope {
  const { kind, id: scopeId } = scopeOf(id);
  return kind === 'PLAN' ? { kind: 'SEAT', id: NOBODY } : { kind, id: scopeId };
}

/** `timeZone` is what its calendar follows; it is told of calendar windows alone. */
export function showLimit(limit: Limit, timeZone: string | null): ShownLimit {
  const { scope, counter, max, origin, limitId } = limit;
  // A limit that nobody set follows from where it holds, what it counts and why; so does its id.
  const id = limitId ?? uuidFrom(scope.kind, scope.id, counter.key, origin);
  return fill(ShownLimit, {
    id: toId('limit', id),
    scopeKind: scope.kind,
    scopeId: toId(ID_KIND_OF_SCOPE[scope.kind], scope.id),
    ...showCounter(counter, timeZone),
    max,
    origin,
  });
}

/** A plan's limit: it counts at each client account that has the plan, in that one's zone. */
export function showPlanLimit(planId: string, { id, counter, max }: SetLimit): ShownLimit {
  return fill(ShownLimit, {
    id: toId('limit', id),
    scopeKind: 'CLIENT_ACCOUNT',
    scopeId: toId('plan', planId),
    ...showCounter(counter, null),
    max,
    origin: 'PLAN',
  });
}

export function showWindow(window: Window, timeZone: string | null): ShownWindow {
  return window.kind === 'ROLLING'
    ? fill(ShownWindow, { kind: window.kind, seconds: window.seconds, timeZone: null })
    : fill(ShownWindow, { kind: window.kind, seconds: null, timeZone });
}

/** The limit of a usage that was shown. */
export function limitOf({ counted: { limit, timeZone } }: Pick<ShownUsage, 'counted'>): ShownLimit {
  return showLimit(limit, timeZone);
}

function showUsage(usage: Usage, asOf: Instant): ShownUsage {
  const { used, held, unknown, nextRoomAt } = usage;
  return fill(ShownUsage, {
    counted: usage,
    used,
    held,
    unknown,
    remaining: remaining(usage),
    level: usageLevel(usage),
    nextRoomAt,
    asOf,
  });
}

/** Those of the counters that the viewer may see; `clientAccountId` is whose a campaign among them is. */
export function showUsages(
  viewer: Viewer,
  usages: readonly Usage[],
  asOf: Instant,
  clientAccountId: string | null = null,
): ShownUsage[] {
  return usages
    .filter(({ limit }) => seesCounts(viewer, limit.scope, clientAccountId))
    .map((usage) => showUsage(usage, asOf));
}

interface ById<Found> {
  load(id: string): Promise<Found | null>;
}

/** Loaders of the scopes whose zones are told. */
interface OfScopes {
  readonly agency: ById<{ readonly timeZone: string }>;
  readonly clientAccount: ById<{ readonly timeZone: string }>;
  readonly seat: ById<{ readonly timeZone: string }>;
  readonly campaign: ById<{ readonly clientAccountId: string }>;
}

/** The loader of the usage of scopes above seats. */
interface OfUsage {
  readonly usageOfScope: {
    load(scope: Scope): Promise<{ readonly usage: readonly Usage[]; readonly asOf: Instant } | null>;
  };
}

/**
 * The zone that a scope follows: its own, or a campaign's client account's. A change of zone that waits for its boundary
 * is told already, as the object itself tells it.
 */
async function timeZoneOf(loaders: OfScopes, { kind, id }: Scope): Promise<string | null> {
  switch (kind) {
    case 'AGENCY':
      return (await loaders.agency.load(id))?.timeZone ?? null;
    case 'CLIENT_ACCOUNT':
      return (await loaders.clientAccount.load(id))?.timeZone ?? null;
    case 'SEAT':
      return (await loaders.seat.load(id))?.timeZone ?? null;
    case 'CAMPAIGN': {
      const campaign = await loaders.campaign.load(id);
      return campaign && timeZoneOf(loaders, { kind: 'CLIENT_ACCOUNT', id: campaign.clientAccountId });
    }
  }
}

/** A limit by itself: where its window is a calendar's, the zone is looked up. */
export async function showLimitInZone(loaders: OfScopes, limit: Limit): Promise<ShownLimit> {
  const isRolling = limit.counter.window.kind === 'ROLLING';
  return showLimit(limit, isRolling ? null : await timeZoneOf(loaders, limit.scope));
}

/** A limit that people set, as it is kept. */
export async function showSetLimit(loaders: OfScopes, kept: ScopeLimitEntity): Promise<ShownLimit> {
  const { scopeKind: kind, scopeId: id } = kept;
  const { counter, max, id: limitId } = toSetLimit(kept);
  if (kind === 'PLAN') return showPlanLimit(id, { id: limitId, counter, max });
  const scope = { kind, id };
  return showLimitInZone(loaders, { scope, counter, max, origin: 'CUSTOM', limitId, recommended: null });
}

function showCounter({ actions, onlyWithNote, window }: Counter, timeZone: string | null) {
  return { actions, onlyWithNote, window: showWindow(window, timeZone) };
}

/** The counters of the limits that are set at a client account, a campaign or the agency; none where they may not be seen. */
export async function showUsageOfScope(
  { viewer, loaders }: { readonly viewer: Viewer; readonly loaders: OfUsage },
  scope: Scope,
  clientAccountId: string | null = null,
): Promise<ShownUsage[]> {
  const found = await loaders.usageOfScope.load(scope);
  return found ? showUsages(viewer, found.usage, found.asOf, clientAccountId) : [];
}
