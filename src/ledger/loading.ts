import type { LiveHold } from '../quota/book.js';
import type { ZoneFrom } from '../quota/calendar.js';
import type { Scope } from '../quota/counter.js';
import type { EntriesNeed } from '../quota/rules/limit.rule.js';
import type { Instant } from '../quota/window.js';
import { instantOf } from '../tenancy/uuid.js';
import type { StandingCache } from './cache.js';
import type { LedgerTransaction } from './connection.js';
import { recipientName, whereaboutsName, type Loaded, type OpenEntries } from './loaded.js';
import {
  readAuthorities,
  readCandidates,
  readCharges,
  readKeys,
  readRecipients,
  readReservations,
  type Authority,
  type ChargeFacts,
  type KeptKey,
  type RecipientKey,
  type ReservationFacts,
  type Whereabouts,
} from './facts.js';
import type { Book } from './opening.js';
import {
  readEntries,
  readHolds,
  readStates,
  readSums,
  scopeKey,
  type ScopeRef,
  type SumQuestion,
} from './scopes.js';
import type { ScopeLimits } from './scope-limits.js';
import { readSources } from './sources.js';
import type { OpenCounter } from './state.js';
import { countedTally } from './tallies.js';
import { limitsOfStanding, readStandings, zonesOf, type SeatRef, type Standing } from './standing.js';

/** What requests name, before anything is read. */
export interface Wants {
  readonly seats: readonly SeatRef[];
  readonly authorities: readonly { readonly agencyId: string; readonly keyId: string }[];
  readonly keys: readonly { readonly agencyId: string; readonly key: string }[];
  readonly recipients: readonly { readonly agencyId: string; readonly key: RecipientKey }[];
  readonly reservations: readonly { readonly agencyId: string; readonly id: string }[];
  readonly charges: readonly { readonly agencyId: string; readonly id: string }[];
  readonly sources: readonly { readonly agencyId: string; readonly name: string }[];
}

/** Everything that a batch has read so far; what a desk decides on. */
export class Reading implements Loaded {
  readonly instants = new Map<string, Instant>();
  readonly standings = new Map<string, Standing>();
  readonly zones = new Map<string, readonly ZoneFrom[]>();
  readonly wanted = new Map<string, Set<string>>();
  readonly authorities = new Map<string, Authority>();
  readonly keys = new Map<string, KeptKey>();
  readonly recipients = new Map<string, string>();
  readonly reservations = new Map<string, ReservationFacts>();
  readonly charges = new Map<string, ChargeFacts>();
  readonly sources = new Map<string, string>();
  readonly candidates = new Map<string, readonly ChargeFacts[]>();
  readonly states = new Map<string, readonly OpenCounter[]>();
  readonly holds = new Map<string, readonly LiveHold[]>();
  readonly tallies = new Map<string, Map<string, OpenCounter>>();
  readonly entries = new Map<string, Map<string, OpenEntries>>();

  constructor(
    private readonly transaction: LedgerTransaction,
    private readonly cache: StandingCache,
  ) {}

  /** Reads what the requests name, all in one round trip. */
  async readFacts(wants: Wants): Promise<void> {
    const [keys, recipients, reservations, charges, sources] = await Promise.all([
      readKeys(this.transaction, wants.keys),
      readRecipients(this.transaction, wants.recipients),
      readReservations(this.transaction, wants.reservations),
      readCharges(
        this.transaction,
        wants.charges.map(({ agencyId, id }) => ({ agencyId, id, effectiveAt: instantOf(id) })),
      ),
      readSources(this.transaction, wants.sources),
    ]);
    for (const kept of keys) this.keys.set(`${kept.agencyId} ${kept.key}`, kept);
    for (const [index, id] of recipients.entries()) {
      const { agencyId, key } = wants.recipients[index]!;
      if (id) this.recipients.set(recipientName(agencyId, key), id);
    }
    for (const reservation of reservations) {
      this.reservations.set(`${reservation.agencyId} ${reservation.id}`, reservation);
    }
    for (const charge of charges) this.charges.set(`${charge.agencyId} ${charge.id}`, charge);
    for (const { agencyId, name, id } of sources) this.sources.set(`${agencyId} ${name}`, id);
  }

  /** Takes standings and authorities from the cache where its revision is the book's, and reads the rest. */
  async readStandings(
    books: readonly Book[],
    { seats, authorities }: Pick<Wants, 'seats' | 'authorities'>,
  ): Promise<void> {
    const revisions = new Map(books.map(({ agencyId, revision }) => [agencyId, revision]));
    const fresh = (agencyId: string) => {
      const kept = this.cache.peek(agencyId);
      return kept && kept.revision === revisions.get(agencyId) ? kept : undefined;
    };
    for (const { agencyId, revision } of books) {
      if (this.cache.peek(agencyId)?.revision !== revision) this.forgetScopes(agencyId);
    }
    const unknownSeats = seats.filter(({ agencyId, seatId }) => {
      const standing = fresh(agencyId)?.standings.get(seatId);
      if (standing) this.addStanding(standing);
      return !standing && revisions.has(agencyId);
    });
    const unknownKeys = authorities.filter(({ agencyId, keyId }) => {
      const authority = fresh(agencyId)?.authorities.get(keyId);
      if (authority) this.authorities.set(`${agencyId} ${keyId}`, authority);
      return !authority && revisions.has(agencyId);
    });
    const [standings, keys] = await Promise.all([
      readStandings(this.transaction, unknownSeats),
      readAuthorities(this.transaction, unknownKeys),
    ]);
    standings.forEach((standing) => this.addStanding(standing));
    for (const authority of keys) this.authorities.set(`${authority.agencyId} ${authority.keyId}`, authority);
    for (const [agencyId, revision] of revisions) {
      const ofAgency = <T extends { readonly agencyId: string }>(read: readonly T[]) =>
        read.filter((one) => one.agencyId === agencyId);
      this.cache.keep(agencyId, revision, ofAgency(standings), ofAgency(keys));
    }
  }

  /** Limits and zones of a scope by themselves, for those who read usage without a seat. */
  addScope({ agencyId, scope, limits, zones }: ScopeLimits): void {
    const key = scopeKey({ agencyId, scope });
    this.zones.set(key, zones);
    this.wanted.set(key, new Set(limits.map(({ counter }) => counter.key)));
  }

  instantOf(agencyId: string): Instant {
    const at = this.instants.get(agencyId);
    if (at === undefined) throw new Error('An open agency has an instant.');
    return at;
  }

  /** Drops what was read of scopes on the strength of standings that turned out to be of an older revision. */
  private forgetScopes(agencyId: string): void {
    for (const key of [...this.states.keys()].filter((key) => key.startsWith(`${agencyId} `))) {
      this.states.delete(key);
      this.holds.delete(key);
    }
  }

  private addStanding(standing: Standing): void {
    const { agencyId, seatId, clientAccountId, campaigns } = standing;
    this.standings.set(`${agencyId} ${seatId}`, standing);
    const scopes: Scope[] = [
      { kind: 'SEAT', id: seatId },
      { kind: 'CLIENT_ACCOUNT', id: clientAccountId },
      { kind: 'AGENCY', id: agencyId },
      ...campaigns.map(({ id }) => ({ kind: 'CAMPAIGN', id }) as const),
    ];
    for (const scope of scopes) {
      const key = scopeKey({ agencyId, scope });
      this.zones.set(key, zonesOf(standing, scope));
      this.wanted.set(key, new Set());
    }
    const at = this.instants.get(agencyId) ?? 0;
    for (const campaign of [null, ...campaigns]) {
      for (const { scope, counter } of limitsOfStanding(standing, campaign, at)) {
        this.wanted.get(scopeKey({ agencyId, scope }))?.add(counter.key);
      }
    }
  }

  /** Reads the kept counters and the live holds of scopes that were not read yet. */
  async readScopes(scopes: readonly ScopeRef[]): Promise<void> {
    const unread = [...new Map(scopes.map((scope) => [scopeKey(scope), scope])).entries()].filter(
      ([key]) => !this.states.has(key),
    );
    const refs = unread.map(([, scope]) => scope);
    // An agency may have very many holds: they are read where a limit is set at the agency, and it is held to.
    const counted = ({ agencyId, scope }: ScopeRef) =>
      scope.kind !== 'AGENCY' || (this.wanted.get(scopeKey({ agencyId, scope }))?.size ?? 0) > 0;
    const [statesRead, holdsRead] = await Promise.all([
      readStates(this.transaction, refs),
      readHolds(this.transaction, refs, counted),
    ]);
    for (const [index, [key]] of unread.entries()) {
      this.states.set(key, statesRead[index] ?? []);
      this.holds.set(key, holdsRead[index] ?? []);
    }
  }

  /** Reads what the last pass could not go on without. */
  async readMissing(
    sums: readonly SumQuestion[],
    entries: readonly (EntriesNeed & { readonly agencyId: string })[],
    whereabouts: readonly Whereabouts[],
  ): Promise<void> {
    const questions = entries.map(({ agencyId, limit, after, count }) => ({
      agencyId,
      scope: limit.scope,
      counter: limit.counter,
      after,
      count,
    }));
    const [sumsRead, entriesRead, candidates] = await Promise.all([
      readSums(this.transaction, sums),
      readEntries(this.transaction, questions),
      readCandidates(this.transaction, whereabouts),
    ]);
    for (const [index, sum] of sumsRead.entries()) {
      const question = sums[index]!;
      const key = scopeKey(question);
      const kept = this.states.get(key)?.find(({ counter }) => counter.key === question.counter.key)?.tally;
      const at = this.instants.get(question.agencyId)!;
      const tally = countedTally(question, kept, sum, this.zones.get(key) ?? [], at);
      mapIn(this.tallies, key).set(question.counter.key, { counter: question.counter, tally });
    }
    for (const [index, read] of entriesRead.entries()) {
      const { counter } = questions[index]!;
      mapIn(this.entries, scopeKey(questions[index]!)).set(counter.key, { counter, entries: read });
    }
    for (const place of whereabouts) {
      this.candidates.set(
        whereaboutsName(place),
        candidates.filter((charge) => isAt(charge, place)),
      );
    }
  }
}

function mapIn<Value>(maps: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const known = maps.get(key) ?? new Map<string, Value>();
  maps.set(key, known);
  return known;
}

function isAt(
  charge: ChargeFacts,
  { agencyId, seatId, action, recipientId, from, until }: Whereabouts,
): boolean {
  return (
    charge.agencyId === agencyId &&
    charge.seatId === seatId &&
    charge.action === action &&
    charge.recipientId === recipientId &&
    charge.effectiveAt >= from &&
    (charge.earliestAt ?? charge.effectiveAt) <= until
  );
}
