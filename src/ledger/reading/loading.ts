import { instantOf } from '../../tenancy/uuid.js';
import type { StandingCache } from './cache.js';
import type { LedgerTransaction } from '../books/connection.js';
import { readEntries, readSums } from './counted-entries.js';
import { distinctBy } from './distinct.js';
import { readEndedCampaigns, type CampaignNamed } from './ended-campaigns.js';
import { type AgencyCreditNeeds, readCredits } from '../credits/credit-loading.js';
import { readAuthorities } from './authority.js';
import { entriesName, refName, scopeName, writingsName, whereaboutsName } from './names.js';
import { readCandidates, readCharges, readKeys, readReservationCharges, readReservations } from './facts.js';
import { readInvitationNeeds, readInvitedByHolds, takeInvited } from '../invitations/invitation-reading.js';
import type { Needs } from './needs.js';
import type { Book } from '../books/opening.js';
import { readPeopleOf } from '../people/people-reading.js';
import { refsOf } from './places.js';
import { readRecordedDays } from './outside-days.js';
import type { Wants } from './wants.js';
import { readPaces } from './paces.js';
import { contactName, readPooledContacts } from '../people/pooled-contacts.js';
import { AgencyReading } from './reading.js';
import { agencyOf, readHolds, readStates, type EntriesQuestion, type ScopeRef } from './scopes.js';
import { readSources } from './sources.js';
import { dayName, readDays } from '../alerts/seat-days.js';
import { tallyFromJson } from '../books/state.js';
import { countedTally } from './tallies.js';
import { readResponses } from '../invitations/response-reading.js';
import { LongWork } from '../long-work.js';
import { mapIn } from './map-in.js';
import { Parents, readStandings, type SeatRef } from './standing.js';
import { readTexts } from '../texts/text-sends.js';
import { readWritings } from '../texts/writings.js';

/** Reads for several agencies in the same statements, and hands each its own. */
export class Loading {
  private readonly readings = new Map<string, AgencyReading>();

  constructor(
    private readonly transaction: LedgerTransaction,
    private readonly cache: StandingCache,
  ) {}

  of(agencyId: string): AgencyReading {
    const known = this.readings.get(agencyId);
    if (known) return known;
    const reading = new AgencyReading(agencyId);
    this.readings.set(agencyId, reading);
    return reading;
  }

  /** Reads what the requests name, all in one round trip. */
  async readFacts(wants: Wants): Promise<void> {
    const [keys, reservations, reservationCharges, charges, sources, writings, texts, committed] =
      await Promise.all([
        readKeys(this.transaction, wants.keys),
        readReservations(this.transaction, wants.reservations),
        readReservationCharges(this.transaction, wants.recordedReservations),
        readCharges(
          this.transaction,
          wants.charges.map(({ agencyId, id }) => ({ agencyId, id, effectiveAt: instantOf(id) })),
        ),
        readSources(this.transaction, wants.sources),
        readWritings(this.transaction, wants.writings),
        readTexts(this.transaction, wants.texts),
        readInvitedByHolds(this.transaction, wants.commits),
        readPeopleOf(this.transaction, wants, (agencyId) => this.of(agencyId)),
        this.readPaces(wants.seats, wants.charges.length),
      ]);
    for (const kept of keys) this.of(kept.agencyId).keys.set(kept.key, kept);
    for (const reservation of reservations) {
      this.of(reservation.agencyId).reservations.set(reservation.id, reservation);
    }
    for (const { agencyId, reservationId, ...charge } of reservationCharges) {
      this.of(agencyId).reservationCharges.set(reservationId, charge);
    }
    for (const charge of charges) this.of(charge.agencyId).charges.set(charge.id, charge);
    for (const [index, read] of writings.entries()) {
      const question = wants.writings[index]!;
      this.of(question.agencyId).writings.set(writingsName(question), read);
    }
    for (const [index, known] of texts.entries()) {
      const { agencyId, textId } = wants.texts[index]!;
      this.of(agencyId).texts.set(textId, known);
    }
    for (const { agencyId, name, id } of sources) this.of(agencyId).sources.set(name, id);
    takeInvited(committed, (agencyId) => this.of(agencyId));
  }

  /** When seats last did something. */
  async readPaces(seats: readonly SeatRef[], voids = 0): Promise<void> {
    for (const read of await readPaces(this.transaction, seats, voids)) {
      this.of(read.agencyId).paces.set(read.seatId, read);
    }
  }

  /** Takes what is kept from the cache where its revision is the book's, and reads the rest. */
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
      const kept = this.cache.peek(agencyId);
      if (kept?.revision === revision) this.of(agencyId).looks = kept.looks;
      else this.of(agencyId).forgetScopes();
    }
    const keptParents = new Map(books.map(({ agencyId }) => [agencyId, fresh(agencyId)?.parents]));
    const parents = new Parents((agencyId) => keptParents.get(agencyId));
    const unknownSeats = seats.filter(({ agencyId, seatId }) => {
      const standing = fresh(agencyId)?.standings.get(seatId);
      if (standing) this.of(agencyId).addStanding(standing);
      return !standing && revisions.has(agencyId);
    });
    const unknownRefs = authorities.filter(({ agencyId, credentialId }) => {
      const authority = fresh(agencyId)?.authorities.get(credentialId);
      if (authority) this.of(agencyId).authorities.set(credentialId, authority);
      return !authority && revisions.has(agencyId);
    });
    const [standings, known] = await Promise.all([
      readStandings(this.transaction, unknownSeats, parents),
      readAuthorities(this.transaction, unknownRefs),
    ]);
    for (const standing of standings) this.of(standing.agencyId).addStanding(standing);
    for (const authority of known) {
      this.of(authority.agencyId).authorities.set(authority.credentialId, authority);
    }
    for (const [agencyId, revision] of revisions) {
      const ofAgency = <T extends { readonly agencyId: string }>(read: readonly T[]) =>
        read.filter((one) => one.agencyId === agencyId);
      this.cache.keep(agencyId, revision, {
        standings: ofAgency(standings),
        authorities: ofAgency(known),
        parents: parents.read.get(agencyId) ?? new Map(),
      });
    }
    await this.readRecordedDays(seats);
  }

  /** Reads what is in no standing of the campaigns that somebody names. */
  readEndedCampaigns(named: readonly CampaignNamed[]): Promise<void> {
    return readEndedCampaigns(this.transaction, named, (agencyId) => this.of(agencyId));
  }

  /** A seat that nothing is declared of needs none: then nothing is asked. */
  private async readRecordedDays(seats: Wants['seats']): Promise<void> {
    const declared = seats.flatMap(({ agencyId, seatId }) => {
      const reading = this.of(agencyId);
      const standing = reading.standings.get(seatId);
      return standing && standing.outside.uses.length > 0 ? [{ standing, at: reading.at }] : [];
    });
    const days = await readRecordedDays(this.transaction, declared);
    for (const [index, { standing }] of declared.entries()) {
      this.of(standing.agencyId).recordedDays.set(standing.seatId, days[index] ?? []);
    }
  }

  /** Reads the kept counters and the live holds of scopes that were not read yet. */
  async readScopes(scopes: readonly ScopeRef[]): Promise<void> {
    const refs = distinctRefs(scopes).filter(
      ({ agencyId, scope }) => !this.of(agencyId).states.has(scopeName(scope)),
    );
    // An agency may have very many holds: they are read where a limit is set at the agency, and it is held to.
    const isHeldTo = ({ agencyId, scope }: ScopeRef): boolean =>
      scope.kind !== 'AGENCY' || (this.of(agencyId).wanted.get(scopeName(scope))?.size ?? 0) > 0;
    const [states, holds] = await Promise.all([
      readStates(this.transaction, refs),
      readHolds(this.transaction, refs, isHeldTo),
    ]);
    for (const [index, { agencyId, scope }] of refs.entries()) {
      this.of(agencyId).states.set(scopeName(scope), states[index] ?? null);
      this.of(agencyId).holds.set(scopeName(scope), holds[index] ?? []);
    }
  }

  /** Reads where seats stand that no request names, and their scopes. */
  private async readSeats(seats: readonly SeatRef[]): Promise<void> {
    const [standings] = await Promise.all([readStandings(this.transaction, seats), this.readPaces(seats)]);
    for (const standing of standings) this.of(standing.agencyId).addStanding(standing);
    await this.readScopes(standings.flatMap((standing) => refsOf({ ...standing, campaignId: null })));
  }

  /** Reads the InMail credits that somebody asks for, all in one round trip. */
  readCredits(needs: readonly AgencyCreditNeeds[]): Promise<void> {
    return readCredits(this.transaction, needs, (agencyId) => this.of(agencyId).credits);
  }

  /** Reads the charges that refusals look ahead at. */
  async readEntries(questions: readonly EntriesQuestion[]): Promise<void> {
    for (const [index, entries] of (await readEntries(this.transaction, questions)).entries()) {
      const { agencyId, scope, counter } = questions[index]!;
      mapIn(this.of(agencyId).entries, scopeName(scope)).set(entriesName(questions[index]!), {
        counter,
        entries,
      });
    }
  }

  /** Reads what the last passes could not go on without. */
  async readNeeds(needs: Needs): Promise<void> {
    const { sums, entries, whereabouts, seats, credits, days, invitations } = needs;
    const questions = entries.map(({ limit, ...need }) => ({
      ...need,
      scope: limit.scope,
      counter: limit.counter,
    }));
    this.cache.entriesAhead.keep(questions);
    const [sumsRead, candidates, daysRead, contacts] = await Promise.all([
      readSums(this.transaction, sums),
      readCandidates(this.transaction, whereabouts),
      readDays(this.transaction, days),
      readPooledContacts(this.transaction, needs.contacts),
      this.readEntries(questions),
      this.readSeats(seats),
      this.readCredits(credits),
      readInvitationNeeds(this.transaction, invitations, (agencyId) => this.of(agencyId)),
      readResponses(this.transaction, needs.responses, (agencyId) => this.of(agencyId)),
    ]);
    await LongWork.byItself(agencyOf(sums)).each(sumsRead, (sum, index) => {
      const question = sums[index]!;
      const { counter, scope } = question;
      const reading = this.of(question.agencyId);
      const name = scopeName(scope);
      const kept = tallyFromJson(counter, reading.states.get(name));
      const tally = countedTally(question, kept, sum, reading.zones.get(name) ?? [], reading.at);
      mapIn(reading.tallies, name).set(counter.key, { counter, tally });
    });
    for (const [index, day] of days.entries()) {
      const facts = daysRead[index]!;
      this.of(day.agencyId).days.set(dayName(day), facts);
      this.cache.keepLook(day.agencyId, { ...day, facts });
    }
    for (const [index, contact] of needs.contacts.entries()) {
      this.of(contact.agencyId).contacts.set(contactName(contact), contacts[index]!);
    }
    for (const [index, place] of whereabouts.entries()) {
      this.of(place.agencyId).candidates.set(whereaboutsName(place), candidates[index]!);
    }
  }
}

function distinctRefs(refs: readonly ScopeRef[]): ScopeRef[] {
  return distinctBy(refs, refName);
}
