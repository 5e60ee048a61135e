import { Failure, Refusal } from '../errors.js';
import { ScopeBook, type LiveHold } from '../quota/book.js';
import type { Scope } from '../quota/counter.js';
import type { Limit } from '../quota/limit.js';
import { OutsideUses } from '../quota/outside-use.js';
import type { Instant } from '../quota/window.js';
import { mayDo, type Permission } from '../tenancy/roles.js';
import { uuidRandom } from '../tenancy/uuid.js';
import type { Viewer } from '../tenancy/viewer.js';
import { CreditDesk } from './credits.js';
import { chargeFactsOf } from './facts.js';
import type { ChargeFacts, KeptKey, KnownRecipient, ReservationFacts, Whereabouts } from './facts.js';
import { courseOf, Missing, recipientName, scopeName, whereaboutsName, type Loaded } from './loaded.js';
import { employerRows } from './people-facts.js';
import { People } from './people.js';
import { placeOf, scopesOf, sees, type Place } from './places.js';
import { isSameInput, type IdempotencyKey, type Recipient } from './requests.js';
import type { SumQuestion } from './scopes.js';
import { stateFromJson, stateToJson } from './state.js';
import type { Standing } from './standing.js';
import type { ChargeRow, IdempotencyRow, ScopeStateRow } from './tables.js';
import { sumQuestion, upToDate } from './tallies.js';
import { TextsOfPass } from './texts-of-pass.js';
import { Writes } from './writes.js';

/** One pass over an agency's requests, in memory: each sees what those before it did. Nothing outlives it but its writes. */
export class Desk {
  readonly writes = new Writes();
  readonly texts: TextsOfPass;
  readonly people: People;
  readonly credits: CreditDesk;
  private readonly books = new Map<string, ScopeBook>();
  private readonly changed = new Set<string>();
  private readonly newKeys = new Map<string, KeptKey>();
  private readonly newRecipients = new Map<string, KnownRecipient>();
  private readonly newSources = new Map<string, string>();
  private readonly resolved = new Map<string, ReservationFacts>();
  private readonly charged = new Map<string, string>();
  private readonly sent = new Map<string, ChargeFacts[]>();
  private readonly takenOut = new Set<string>();
  private readonly recordedAs = new Set<string>();

  constructor(readonly loaded: Loaded) {
    this.texts = new TextsOfPass(loaded.agencyId, this.writes, (seatId) => courseOf(loaded, seatId));
    this.people = new People(loaded, (chargeId) => this.isTakenOut(chargeId));
    this.credits = new CreditDesk(loaded.agencyId, loaded.at, loaded.credits);
  }

  get agencyId(): string {
    return this.loaded.agencyId;
  }

  get at(): Instant {
    return this.loaded.at;
  }

  /** Judged by the key as it stands under the lock. Throws UNAUTHENTICATED where it has ended since it was shown. */
  authorize(viewer: Viewer, permission: Permission): Refusal | null {
    if (viewer.keyId !== null) {
      const authority = this.loaded.authorities.get(viewer.keyId);
      if (
        !authority ||
        authority.revoked ||
        (authority.expiresAt !== null && this.at >= authority.expiresAt)
      ) {
        throw new Failure('UNAUTHENTICATED', 'The key has ended.');
      }
    }
    if (mayDo(viewer.role, permission)) return null;
    return new Refusal('FORBIDDEN_FOR_ROLE', `The role ${viewer.role} may not ${permission}.`);
  }

  /** The seat, if the viewer sees it; what it may not see does not exist. */
  standing(viewer: Viewer, seatId: string): Standing | null {
    const standing = this.loaded.standings.get(seatId);
    if (!standing || !sees(viewer, standing.clientAccountId)) return null;
    return standing;
  }

  reservation(viewer: Viewer, id: string): ReservationFacts | null {
    const reservation = this.resolved.get(id) ?? this.loaded.reservations.get(id);
    return reservation && sees(viewer, reservation.clientAccountId) ? reservation : null;
  }

  resolve(reservation: ReservationFacts): void {
    this.resolved.set(reservation.id, reservation);
  }

  isResolved(reservationId: string): boolean {
    return this.resolved.has(reservationId);
  }

  /** The send that a reservation became; null where it became none. */
  chargeOf(reservationId: string): string | null {
    const id = this.charged.get(reservationId) ?? this.loaded.reservationCharges.get(reservationId);
    return id === undefined || this.takenOut.has(id) ? null : id;
  }

  /** What the books hold of sends that a record may be, without those that another record was found to be. */
  sendsAt(place: Whereabouts): readonly ChargeFacts[] {
    const read = this.loaded.candidates.get(whereaboutsName(place)) ?? [];
    const sentHere = this.sent.get(sendName(place)) ?? [];
    return [...read, ...sentHere].filter(({ id }) => !this.recordedAs.has(id) && !this.takenOut.has(id));
  }

  isTakenOut(chargeId: string): boolean {
    return this.takenOut.has(chargeId);
  }

  /** What a key was answered with, or the refusal of another input under it; null where the key is new. */
  kept(kind: KeptKey['kind'], idempotency: IdempotencyKey): KeptKey | 'REUSED' | null {
    const kept = this.newKeys.get(idempotency.key) ?? this.loaded.keys.get(idempotency.key);
    if (!kept) return null;
    const same = kept.kind === kind && isSameInput(kept, idempotency);
    return same ? kept : 'REUSED';
  }

  keep(
    kind: KeptKey['kind'],
    { key, fingerprint, fingerprintVersion }: IdempotencyKey,
    subjectId: string,
    matched = false,
  ): void {
    const { agencyId } = this;
    this.newKeys.set(key, {
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
      created_at: this.at,
    };
    this.writes.keys.push(row);
    if (matched) this.recordedAs.add(subjectId);
  }

  /** The id of a person, who is written down if new. */
  recipientId(recipient: Recipient): string {
    const id = this.findOrMake(recipient);
    this.writes.employers.push(...employerRows(this.agencyId, id, recipient));
    return id;
  }

  private findOrMake(recipient: Recipient): string {
    const { agencyId } = this;
    const name = recipientName(recipient.key);
    const { kind, version, fingerprint } = recipient.key;
    const known = this.newRecipients.get(name) ?? this.loaded.recipients.get(name);
    if (known?.version === version) return known.id;
    const id = known?.id ?? uuidRandom();
    this.newRecipients.set(name, { id, version });
    // Whoever was found by an older secret is written down under the newest one: the older may be given up some day.
    this.writes.recipientKeys.push({
      agency_id: agencyId,
      kind,
      key_version: version,
      fingerprint,
      recipient_id: id,
    });
    if (known) return id;
    this.writes.recipients.push({
      agency_id: agencyId,
      id,
      profile_url: recipient.profileUrl,
      name: recipient.name,
      company: recipient.company,
      company_domain: recipient.companyDomain,
      created_at: this.at,
    });
    return id;
  }

  /** Whether this pass made the person: nothing in the books can be of them. */
  isNewRecipient(recipientId: string): boolean {
    return this.writes.recipients.some(({ id }) => id === recipientId);
  }

  sourceId(source: string): string {
    const known = this.newSources.get(source) ?? this.loaded.sources.get(source);
    if (known) return known;
    const id = uuidRandom();
    this.newSources.set(source, id);
    this.writes.sources.push({ agency_id: this.agencyId, id, name: source });
    return id;
  }

  /** The book of a scope, with what is kept of its counters and with what the batch did so far. */
  book(scope: Scope): ScopeBook {
    const name = scopeName(scope);
    const known = this.books.get(name);
    if (known) return known;
    const { loaded, at } = this;
    const state = loaded.states.get(name);
    // A book of what nobody read would be written back empty.
    if (state === undefined) throw new Error(`The state of ${name} was not read.`);
    const book = new ScopeBook(scope, loaded.zones.get(name) ?? [], at, loaded.holds.get(name) ?? []);
    for (const { counter, tally } of stateFromJson(state)) book.open(counter, tally);
    for (const { counter, tally } of loaded.tallies.get(name)?.values() ?? []) book.open(counter, tally);
    for (const { counter, entries } of loaded.entries.get(name)?.values() ?? []) {
      book.giveEntries(counter, entries);
    }
    const outside = scope.kind === 'SEAT' ? loaded.standings.get(scope.id)?.outside : undefined;
    if (outside && outside.uses.length > 0) {
      const recorded = loaded.recordedDays.get(scope.id) ?? [];
      book.giveOutsideUses(new OutsideUses(outside, book.zones, at, recorded));
    }
    this.books.set(name, book);
    return book;
  }

  /** Brings the counters of limits up to now. Throws Missing where charges have to be counted for it. */
  open(limits: readonly Limit[]): void {
    const missing = limits.flatMap((limit) => this.openOne(limit) ?? []);
    if (missing.length > 0) throw new Missing(missing);
  }

  private openOne({ scope, counter }: Limit): SumQuestion | null {
    const book = this.book(scope);
    const tally = book.tallyIfOpen(counter);
    const current = tally && upToDate(counter, tally, book.at);
    if (current) {
      book.open(counter, current);
      return null;
    }
    return sumQuestion({ agencyId: this.agencyId, scope }, counter, tally, book);
  }

  /** Held room counts in every window until it is resolved (P7); where no limit asks for it, nobody read the book. */
  hold(place: Place, hold: LiveHold): void {
    for (const book of this.booksRead(place)) book.hold(hold);
    this.credits.hold(place, hold.action, hold.expiresAt);
  }

  unhold(place: Place, hold: LiveHold): void {
    for (const book of this.booksRead(place)) book.unhold(hold);
    this.credits.unhold(place, hold.action, hold.expiresAt);
  }

  private booksRead(place: Place): ScopeBook[] {
    return scopesOf(place).flatMap((scope) =>
      this.loaded.states.has(scopeName(scope)) ? [this.book(scope)] : [],
    );
  }

  /** Puts a send into the books of every scope it counts at. */
  charge(row: ChargeRow): void {
    this.credits.charge(row);
    this.writes.charges.push(row);
    this.people.charged(row);
    this.remember(row);
    for (const scope of scopesOf(placeOf(row))) {
      this.changed.add(scopeName(scope));
      const book = this.book(scope);
      book.charge(row.action, row.noted, row.effective_at, row.count);
      if (row.origin !== 'COMMIT') book.recordElsewhere(row.action, row.effective_at, row.count);
    }
  }

  private remember(row: ChargeRow): void {
    if (row.voids !== null) {
      this.takenOut.add(row.voids);
      return;
    }
    this.texts.charge(row);
    if (row.reservation_id !== null) this.charged.set(row.reservation_id, row.id);
    if (row.recipient_id === null) return;
    const facts = chargeFactsOf(row);
    const name = sendName({ ...facts, recipientId: row.recipient_id });
    const sent = this.sent.get(name);
    if (sent) sent.push(facts);
    else this.sent.set(name, [facts]);
  }

  /** The counters that are to be kept: those of changed scopes, and of those that were counted anew. */
  states(): ScopeStateRow[] {
    const { loaded, agencyId } = this;
    return [...this.books].flatMap(([name, book]): ScopeStateRow[] => {
      if (!loaded.tallies.has(name) && !this.changed.has(name)) return [];
      const kept = book.opened().filter(({ counter }) => loaded.wanted.get(name)?.has(counter.key) ?? true);
      const { kind, id } = book.scope;
      return [{ agency_id: agencyId, scope_kind: kind, scope_id: id, state: stateToJson(kept) }];
    });
  }
}

type ToPerson = Pick<Whereabouts, 'seatId' | 'action' | 'recipientId'>;

function sendName({ seatId, action, recipientId }: ToPerson): string {
  return `${seatId} ${action} ${recipientId}`;
}
