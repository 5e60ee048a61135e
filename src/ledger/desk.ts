import { Failure, Refusal } from '../errors.js';
import { ScopeBook } from '../quota/book.js';
import type { Scope } from '../quota/counter.js';
import type { Limit } from '../quota/limit.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import { mayDo, type Permission } from '../tenancy/roles.js';
import { uuidRandom } from '../tenancy/uuid.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { KeptKey, ReservationFacts } from './facts.js';
import { Missing, recipientName, type Loaded } from './loaded.js';
import { scopesOfCharge, sees } from './places.js';
import type { IdempotencyKey, Recipient } from './requests.js';
import { scopeKey, type ScopeRef, type SumQuestion } from './scopes.js';
import { stateToJson } from './state.js';
import type { Standing } from './standing.js';
import type { ChargeRow, IdempotencyRow, ScopeStateRow } from './tables.js';
import { sumQuestion, upToDate } from './tallies.js';
import { Writes } from './writes.js';

/** One pass over a batch, in memory: requests see what those before them did. Nothing outlives it but what it wrote. */
export class Desk {
  readonly writes = new Writes();
  private readonly books = new Map<string, { ref: ScopeRef; book: ScopeBook }>();
  private readonly changed = new Set<string>();
  private readonly newKeys = new Map<string, KeptKey>();
  private readonly newRecipients = new Map<string, string>();
  private readonly newSources = new Map<string, string>();
  private readonly resolved = new Map<string, ReservationFacts>();

  constructor(readonly loaded: Loaded) {}

  at(agencyId: string): Instant {
    const at = this.loaded.instants.get(agencyId);
    if (at === undefined) throw new Error('An agency of the batch has an instant.');
    return at;
  }

  /** Judged by the key as it stands under the lock. Throws UNAUTHENTICATED where it has ended since it was shown. */
  authorize(viewer: Viewer, permission: Permission): Refusal | null {
    if (viewer.keyId !== null) {
      const authority = this.loaded.authorities.get(`${viewer.agencyId} ${viewer.keyId}`);
      const at = this.at(viewer.agencyId);
      if (!authority || authority.revoked || (authority.expiresAt !== null && at >= authority.expiresAt)) {
        throw new Failure('UNAUTHENTICATED', 'The key has ended.');
      }
    }
    if (mayDo(viewer.role, permission)) return null;
    return new Refusal('FORBIDDEN_FOR_ROLE', `The role ${viewer.role} may not ${permission}.`);
  }

  /** The seat, if the viewer sees it; what it may not see does not exist. */
  standing(viewer: Viewer, seatId: string): Standing | null {
    const standing = this.loaded.standings.get(`${viewer.agencyId} ${seatId}`);
    if (!standing || !sees(viewer, standing.clientAccountId)) return null;
    return standing;
  }

  reservation(viewer: Viewer, id: string): ReservationFacts | null {
    const key = `${viewer.agencyId} ${id}`;
    const reservation = this.resolved.get(key) ?? this.loaded.reservations.get(key);
    return reservation && sees(viewer, reservation.clientAccountId) ? reservation : null;
  }

  resolve(reservation: ReservationFacts): void {
    this.resolved.set(`${reservation.agencyId} ${reservation.id}`, reservation);
  }

  /** What a key was answered with, or the refusal of another input under it; null where the key is new. */
  kept(
    agencyId: string,
    kind: KeptKey['kind'],
    { key, fingerprint, fingerprintVersion }: IdempotencyKey,
  ): KeptKey | 'REUSED' | null {
    const name = `${agencyId} ${key}`;
    const kept = this.newKeys.get(name) ?? this.loaded.keys.get(name);
    if (!kept) return null;
    const same =
      kept.kind === kind &&
      kept.fingerprintVersion === fingerprintVersion &&
      kept.fingerprint.equals(fingerprint);
    return same ? kept : 'REUSED';
  }

  keep(
    agencyId: string,
    kind: KeptKey['kind'],
    { key, fingerprint, fingerprintVersion }: IdempotencyKey,
    subjectId: string,
    matched = false,
  ): void {
    this.newKeys.set(`${agencyId} ${key}`, {
      agencyId,
      key,
      kind,
      fingerprint,
      fingerprintVersion,
      subjectId,
    });
    const row: IdempotencyRow = {
      agency_id: agencyId,
      key,
      kind,
      fingerprint,
      fingerprint_version: fingerprintVersion,
      subject_id: subjectId,
      matched,
      created_at: this.at(agencyId),
    };
    this.writes.keys.push(row);
  }

  /** The id of a person, who is written down if new. */
  recipientId(agencyId: string, recipient: Recipient): string {
    const name = recipientName(agencyId, recipient.key);
    const known = this.newRecipients.get(name) ?? this.loaded.recipients.get(name);
    if (known) return known;
    const id = uuidRandom();
    this.newRecipients.set(name, id);
    this.writes.recipients.push({
      agency_id: agencyId,
      id,
      profile_url: recipient.profileUrl,
      name: recipient.name,
      company: recipient.company,
      company_domain: recipient.companyDomain,
      created_at: this.at(agencyId),
    });
    const { kind, version, fingerprint } = recipient.key;
    this.writes.recipientKeys.push({
      agency_id: agencyId,
      kind,
      key_version: version,
      fingerprint,
      recipient_id: id,
    });
    return id;
  }

  /** Whether this pass made the person: nothing in the books can be of them. */
  isNewRecipient(recipientId: string): boolean {
    return this.writes.recipients.some(({ id }) => id === recipientId);
  }

  sourceId(agencyId: string, source: string): string {
    const name = `${agencyId} ${source}`;
    const known = this.newSources.get(name) ?? this.loaded.sources.get(name);
    if (known) return known;
    const id = uuidRandom();
    this.newSources.set(name, id);
    this.writes.sources.push({ agency_id: agencyId, id, name: source });
    return id;
  }

  /** The book of a scope, with what is kept of its counters and with what the batch did so far. */
  book(agencyId: string, scope: Scope): ScopeBook {
    const key = scopeKey({ agencyId, scope });
    const known = this.books.get(key);
    if (known) return known.book;
    const { loaded } = this;
    const at = this.at(agencyId);
    const live = (loaded.holds.get(key) ?? []).filter(({ expiresAt }) => expiresAt > at);
    const book = new ScopeBook(scope, loaded.zones.get(key) ?? [], at, live);
    for (const { counter, tally } of loaded.states.get(key) ?? []) book.open(counter, tally);
    for (const { counter, tally } of loaded.tallies.get(key)?.values() ?? []) book.open(counter, tally);
    for (const { counter, entries } of loaded.entries.get(key)?.values() ?? [])
      book.giveEntries(counter, entries);
    this.books.set(key, { ref: { agencyId, scope }, book });
    return book;
  }

  /** Brings the counters of limits up to now. Throws Missing where charges have to be counted for it. */
  open(agencyId: string, limits: readonly Limit[]): void {
    const missing = limits.flatMap((limit) => this.openOne(agencyId, limit) ?? []);
    if (missing.length > 0) throw new Missing(missing);
  }

  private openOne(agencyId: string, { scope, counter }: Limit): SumQuestion | null {
    const book = this.book(agencyId, scope);
    const tally = book.tallyIfOpen(counter);
    const current = tally && upToDate(counter, tally, book.at);
    if (current) {
      book.open(counter, current);
      return null;
    }
    return sumQuestion({ agencyId, scope }, counter, tally, book);
  }

  /** Puts a send into the books of every scope it counts at. */
  charge(row: ChargeRow): void {
    this.writes.charges.push(row);
    for (const scope of scopesOfCharge(row)) {
      this.changed.add(scopeKey({ agencyId: row.agency_id, scope }));
      this.book(row.agency_id, scope).charge(row.action as Action, row.noted, row.effective_at, row.count);
    }
  }

  /** The counters that are to be kept: those of changed scopes, and of those that were counted anew. */
  states(): ScopeStateRow[] {
    const { loaded } = this;
    return [...this.books].flatMap(([key, { ref, book }]): ScopeStateRow[] => {
      if (!loaded.tallies.has(key) && !this.changed.has(key)) return [];
      const kept = book.opened().filter(({ counter }) => loaded.wanted.get(key)?.has(counter.key) ?? true);
      const { agencyId, scope } = ref;
      return [{ agency_id: agencyId, scope_kind: scope.kind, scope_id: scope.id, state: stateToJson(kept) }];
    });
  }
}
