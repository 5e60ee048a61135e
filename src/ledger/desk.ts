import { Refusal } from '../errors.js';
import { ScopeBook } from '../quota/book.js';
import type { LiveHold } from '../quota/live-holds.js';
import type { Scope } from '../quota/counter.js';
import type { Limit } from '../quota/limit.js';
import { OutsideUses } from '../quota/outside-use.js';
import type { Instant } from '../quota/window.js';
import { mayDo, type Permission } from '../tenancy/roles.js';
import { uuidRandom } from '../tenancy/uuid.js';
import { sees, type Viewer } from '../tenancy/viewer.js';
import { acceptanceToJson } from './invitations/acceptance-state.js';
import type { Alert } from './alerts/alerts.js';
import { checkAuthority } from './reading/authority.js';
import { CreditDesk } from './credits/credits.js';
import type { KeptKey, ReservationFacts } from './reading/facts.js';
import { InvitationsOfPass } from './invitations/invitations.js';
import { standingOfSeat, type Loaded } from './reading/reading.js';
import { Missing } from './reading/needs.js';
import { scopeName } from './reading/names.js';
import { People } from './people/people.js';
import { PacesOfPass, type Pace } from './reading/paces.js';
import { placeOf, scopesOf, type Place } from './reading/places.js';
import { isSameInput, type IdempotencyKey, type Recipient } from './requests.js';
import { RecipientsOfPass } from './people/recipients-of-pass.js';
import type { SumQuestion } from './reading/scopes.js';
import { Sends } from './sends.js';
import { stateFromJson, stateToJson } from './books/state.js';
import type { Standing } from './reading/standing.js';
import { Told } from './told/told.js';
import type { ChargeRow, IdempotencyRow, ScopeStateRow } from './books/tables.js';
import { countersBeside, sumQuestion, upToDate } from './reading/tallies.js';
import { TextsOfPass } from './texts/texts-of-pass.js';
import { Writes } from './books/writes.js';

/** One pass over an agency's requests, in memory: each sees what those before it did. Nothing outlives it but its writes. */
export class Desk {
  readonly writes = new Writes();
  readonly sends: Sends;
  readonly texts: TextsOfPass;
  readonly people: People;
  readonly credits: CreditDesk;
  readonly invitations: InvitationsOfPass;
  readonly recipients: RecipientsOfPass;
  private readonly books = new Map<string, ScopeBook>();
  private readonly changed = new Set<string>();
  private readonly toldOf = new Map<string, Told>();
  private readonly newKeys = new Map<string, KeptKey>();
  private readonly newSources = new Map<string, string>();
  private readonly resolved = new Map<string, ReservationFacts>();
  private readonly paces: PacesOfPass;

  constructor(readonly loaded: Loaded) {
    this.sends = new Sends(loaded);
    this.texts = new TextsOfPass(
      loaded.agencyId,
      this.writes,
      (seatId) => standingOfSeat(loaded, seatId).course,
      // Of a seat that nobody asked about it is not known.
      (seatId) => loaded.standings.get(seatId)?.keepsTexts ?? true,
    );
    this.people = new People(loaded, (chargeId) => this.sends.isTakenOut(chargeId));
    this.paces = new PacesOfPass(loaded.paces);
    this.credits = new CreditDesk(loaded.agencyId, loaded.at, loaded.credits);
    this.invitations = new InvitationsOfPass(this);
    this.recipients = new RecipientsOfPass(loaded, this.writes);
  }

  get agencyId(): string {
    return this.loaded.agencyId;
  }

  get at(): Instant {
    return this.loaded.at;
  }

  /** Judged by what the viewer came with, as it stands under the lock: throws as `checkAuthority` does. */
  authorize(viewer: Viewer, permission: Permission): Refusal | null {
    const { credential } = viewer;
    if (credential) checkAuthority(viewer, this.loaded.authorities.get(credential.id), this.at);
    if (mayDo(viewer.role, permission)) return null;
    return new Refusal('FORBIDDEN_FOR_ROLE', `The role ${viewer.role} may not ${permission}.`);
  }

  /** The seat, if the viewer sees it; what it may not see does not exist. */
  standing(viewer: Viewer, seatId: string): Standing | null {
    const standing = this.loaded.standings.get(seatId);
    if (!standing || !sees(viewer, standing)) return null;
    return standing;
  }

  /** When a seat last did something, this pass included. */
  pace(seatId: string): Pace {
    const seat = { kind: 'SEAT', id: seatId } as const;
    // Where nobody read the book, nothing is asked of the seat.
    const heldUntil = this.loaded.states.has(scopeName(seat)) ? this.book(seat).heldUntil() : [];
    return { ...this.paces.of(seatId), heldUntil };
  }

  reservation(viewer: Viewer, id: string): ReservationFacts | null {
    const reservation = this.resolved.get(id) ?? this.loaded.reservations.get(id);
    return reservation && sees(viewer, reservation) ? reservation : null;
  }

  resolve(reservation: ReservationFacts): void {
    this.resolved.set(reservation.id, reservation);
  }

  isResolved(reservationId: string): boolean {
    return this.resolved.has(reservationId);
  }

  reservationsResolved(): Iterable<ReservationFacts> {
    return this.resolved.values();
  }

  /** What a key was answered with, or the refusal of another input under it; null where the key is new. */
  kept(kind: KeptKey['kind'], idempotency: IdempotencyKey): KeptKey | 'REUSED' | null {
    const kept = this.newKeys.get(idempotency.key) ?? this.loaded.keys.get(idempotency.key);
    if (!kept) return null;
    const same = kept.kind === kind && isSameInput(kept, idempotency);
    return same ? kept : 'REUSED';
  }

  /** What a key is answered with from now on; `match` says of a record that it was a send in the books already, and what it names. */
  keep(
    kind: KeptKey['kind'],
    { key, fingerprint, fingerprintVersion }: IdempotencyKey,
    subjectId: string,
    match: { readonly reservationId: string | null } | null = null,
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
      matched: match !== null,
      reservation_id: match && match.reservationId,
      created_at: this.at,
    };
    this.writes.keys.push(row);
    if (match) this.sends.record(subjectId, match.reservationId);
  }

  /** The id of a person, who is written down if new, as a request about a seat tells of them. */
  recipientId(recipient: Recipient, { clientAccountId }: Pick<Standing, 'clientAccountId'>): string {
    return this.recipients.idOf(recipient, clientAccountId);
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

  /** What was told of a scope whose state was read. */
  told(scope: Scope): Told {
    const name = scopeName(scope);
    const told = this.toldOf.get(name) ?? new Told(this.loaded.states.get(name) ?? null);
    this.toldOf.set(name, told);
    return told;
  }

  /** Raises an alert with what this pass does: it is written, and numbered, with it. */
  raise(alert: Alert): void {
    this.writes.alerts.push(alert);
  }

  /** The seats whose counters are counted anew, and kept. */
  seatsCounted(): readonly Standing[] {
    const { standings, tallies } = this.loaded;
    return [...standings.values()].filter(({ seatId: id }) => tallies.has(scopeName({ kind: 'SEAT', id })));
  }

  /** The seats that did something, by what this pass wrote: what is taken out of one is nothing that it did. */
  seatsWritten(): ReadonlySet<string> {
    const { decisions, charges } = this.writes;
    return new Set([
      ...[...decisions, ...charges.filter(({ voids }) => voids === null)].map(({ seat_id }) => seat_id),
      ...[...this.resolved.values()].map(({ seatId }) => seatId),
    ]);
  }

  /** Brings the counters of limits up to now. Throws Missing where charges have to be counted for it. */
  open(limits: readonly Limit[]): void {
    const missing = limits.flatMap((limit) => this.openOne(limit) ?? []);
    if (missing.length === 0) return;
    const beside = countersBeside(missing, this.loaded.wanted).flatMap((one) => this.openOne(one) ?? []);
    throw new Missing([...missing, ...beside]);
  }

  private openOne({ scope, counter }: Pick<Limit, 'scope' | 'counter'>): SumQuestion | null {
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
    this.paces.hold(place.seatId, this.at);
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
    this.writes.charge(row);
    this.invitations.charged(row, () => {
      this.people.charged(row);
      this.sends.charge(row);
    });
    if (row.voids === null) this.texts.charge(row);
    this.paces.charge(row.seat_id, row.effective_at, row.count);
    for (const scope of scopesOf(placeOf(row))) {
      this.change(scope);
      const book = this.book(scope);
      book.charge(row.action, row.noted, row.effective_at, row.count);
      if (row.origin !== 'COMMIT') book.recordElsewhere(row.action, row.effective_at, row.count);
    }
  }

  /** The state of a scope is to be kept. */
  change(scope: Scope): void {
    this.changed.add(scopeName(scope));
  }

  /** What is to be kept: of scopes that changed, that were counted anew, and of which something was told. */
  states(): ScopeStateRow[] {
    const { loaded, agencyId } = this;
    return [...this.books].flatMap(([name, book]): ScopeStateRow[] => {
      const told = this.told(book.scope);
      if (!loaded.tallies.has(name) && !this.changed.has(name) && !told.isChanged) return [];
      const kept = book.opened().filter(({ counter }) => loaded.wanted.get(name)?.has(counter.key) ?? true);
      const counters = kept.map((open) => ({ ...open, told: told.level(open.counter.key) }));
      const { kind, id } = book.scope;
      const acceptance =
        kind === 'SEAT' ? acceptanceToJson(this.invitations.acceptance.keptOf(id)) : undefined;
      const state = stateToJson(counters, { toldUntil: told.asKept(this.at), acceptance });
      return [{ agency_id: agencyId, scope_kind: kind, scope_id: id, state }];
    });
  }
}
