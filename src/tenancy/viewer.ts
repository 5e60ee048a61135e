import type { Role } from '../quota/words.js';

/** Who is asking. The first parameter of every service method. */
export interface Viewer {
  readonly agencyId: string;
  readonly role: Role;
  /** What the viewer was given of the agency; null for all of it. */
  readonly reach: Reach | null;
  /** As kept with what was done: `key:<uuid>`, `member:<uuid>`, `system:<what>`. */
  readonly actor: string;
  /** The actors that it took over from: of a key that others were rotated into. What they have in hand is its own, see `isSelf`. */
  readonly tookOverFrom?: readonly string[];
  /** What the viewer came with; null for work of the system itself, which the command line alone does. */
  readonly credential: Credential | null;
  /** Epoch milliseconds after which this authority is none; null where it has no end. */
  readonly expiresAt: number | null;
  /** Whether it may send registered documents alone. */
  readonly trustedDocumentsOnly?: boolean;
}

/** Whole client accounts, and single seats of others. Both empty: nothing at all. */
export interface Given {
  readonly clientAccountIds: readonly string[];
  readonly seatIds: readonly string[];
}

/** What was given, with whose each of the seats is, in their order: what a seat did for others before is not given with it. */
export interface Reach extends Given {
  readonly seatAccountIds: readonly string[];
}

/** Single seats with whose each is, one behind the other, for `isOfGiven`. */
export function seatsWithAccounts({ seatIds, seatAccountIds }: Reach): readonly string[] {
  return seatIds.flatMap((id, place) => [id, seatAccountIds[place] ?? '']);
}

/**
 * Whether something of a seat is of one that was given, while it was the client account's that it was given with: in SQL. By what was
 * given, and not by whose the seat is now: while something is asked it may move, and is given to nobody then.
 */
export function isOfGiven(
  given: string,
  { seat, account }: { readonly seat: string; readonly account: string },
): string {
  const pairs = `CAST(${given} AS uuid[])`;
  return `(${seat} = ANY(${pairs}) AND ${account} = (${pairs})[array_position(${pairs}, ${seat}) + 1])`;
}

/** A key that was shown, a member with a session, or a source that a tool tells by. It is looked at again under the lock of what it is used for. */
export interface Credential {
  readonly kind: 'KEY' | 'MEMBER' | 'SOURCE';
  readonly id: string;
  /** The number of a member's rights: it changes with role and reach. Those of a key and of a source never change: 0. */
  readonly rights: number;
}

/** Those who are the viewer, as kept with what was done: a rotated key is the same tool as those it took over from. */
export function selvesOf({ actor, tookOverFrom = [] }: Self): readonly string[] {
  return [actor, ...tookOverFrom];
}

/** Whether it was the viewer who did something; it still sees no more of it than what it sees itself. */
export function isSelf({ actor, tookOverFrom = [] }: Self, who: string | null): boolean {
  return who !== null && (who === actor || tookOverFrom.includes(who));
}

export type Self = Pick<Viewer, 'actor' | 'tookOverFrom'>;

/** Where something belongs: to a seat, and to the client account that had the seat at its time. */
export interface Belonging {
  readonly seatId: string;
  readonly clientAccountId: string;
}

/** Whether a viewer sees what belongs there. What it doesn't see does not exist for it. */
export function sees({ reach }: Pick<Viewer, 'reach'>, { seatId, clientAccountId }: Belonging): boolean {
  if (reach === null || reach.clientAccountIds.includes(clientAccountId)) return true;
  const place = reach.seatIds.indexOf(seatId);
  return place >= 0 && reach.seatAccountIds[place] === clientAccountId;
}

/** The client accounts of which a viewer sees what is a seat's; null for all of them. */
export function accountsSeenOf({ reach }: Pick<Viewer, 'reach'>, seatId: string): readonly string[] | null {
  if (reach === null) return null;
  const { clientAccountIds, seatIds, seatAccountIds } = reach;
  return [...clientAccountIds, ...seatAccountIds.filter((_, place) => seatIds[place] === seatId)];
}

/** Whether a viewer sees a client account with all that is its: the whole of it was given. */
export function seesWhole({ reach }: Pick<Viewer, 'reach'>, clientAccountId: string): boolean {
  return reach === null || reach.clientAccountIds.includes(clientAccountId);
}

/** Whether a scope is a client account of which a viewer sees a seat at least: its limits hold for that. */
export function isAccountSeen(
  { reach }: Pick<Viewer, 'reach'>,
  scope: { readonly kind: string; readonly id: string },
): boolean {
  if (scope.kind !== 'CLIENT_ACCOUNT') return false;
  return reach === null || [...reach.clientAccountIds, ...reach.seatAccountIds].includes(scope.id);
}

/**
 * Whether a viewer may see what counts at a scope that others use up too. Whoever was given a single seat of a client account would
 * learn from its counts, and from those of its campaigns, what its other seats do: they are told that a limit of it is reached,
 * and no numbers. Whose a campaign is the scope does not say: `clientAccountId` does, where it is known.
 */
export function seesCounts(
  viewer: Pick<Viewer, 'reach'>,
  scope: { readonly kind: string; readonly id: string },
  clientAccountId: string | null = null,
): boolean {
  if (viewer.reach === null) return true;
  if (scope.kind === 'CLIENT_ACCOUNT') return seesWhole(viewer, scope.id);
  if (scope.kind === 'CAMPAIGN') {
    if (clientAccountId !== null) return seesWhole(viewer, clientAccountId);
    // One who has a single seat of whatever client account may have the campaign by that.
    return viewer.reach.seatIds.length === 0;
  }
  return scope.kind !== 'AGENCY';
}

/** The one client account that a viewer sees, and nothing besides; null for all others. */
export function onlyClientAccountOf({ reach }: Pick<Viewer, 'reach'>): string | null {
  if (reach === null || reach.seatIds.length > 0 || reach.clientAccountIds.length !== 1) return null;
  return reach.clientAccountIds[0] ?? null;
}

/**
 * The client account that whoever sees a part of an agency is reckoned to: the first of several. Were it all of them, whoever may give
 * parts of them to others could make as many parts as they have combinations.
 */
export function firstAccountOf({ clientAccountIds, seatAccountIds }: Reach): string {
  const first = (a: string, b: string): string => (a !== '' && a <= b ? a : b);
  return [...clientAccountIds, ...seatAccountIds].reduce(first, '');
}

/** The reach of a key: one client account, or the whole agency. */
export function reachOfKey(clientAccountId: string | null): Reach | null {
  if (clientAccountId === null) return null;
  return { clientAccountIds: [clientAccountId], seatIds: [], seatAccountIds: [] };
}

/** The command line's own authority over an agency: it reads the database itself. */
export function systemViewer(agencyId: string, what: string): Viewer {
  return {
    agencyId,
    role: 'OWNER',
    reach: null,
    actor: `system:${what}`,
    credential: null,
    expiresAt: null,
  };
}
