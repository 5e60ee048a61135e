import { EntriesNeeded } from '../quota/decide.js';
import type { EntriesNeed } from '../quota/entries-needed.js';
import { CreditsNeeded, type CreditNeeds } from './credits/credit-reading.js';
import { Desk } from './desk.js';
import { InvitationsNeeded, type InvitationNeeds } from './invitations/invitation-reading.js';
import type { Whereabouts } from './reading/facts.js';
import { entriesName, scopeName, whereaboutsName } from './reading/names.js';
import { Missing, type Needs } from './reading/needs.js';
import type { Loading } from './reading/loading.js';
import { contactName, ContactsNeeded, type ContactQuestion } from './people/pooled-contacts.js';
import type { AgencyReading } from './reading/reading.js';
import { ResponsesNeeded, type ResponseQuestion } from './invitations/response-reading.js';
import type { SumQuestion } from './reading/scopes.js';
import { dayName, type DayQuestion } from './alerts/seat-days.js';
import type { SeatRef } from './reading/standing.js';

/**
 * Passes over the same requests. Each reads all that the one before found missing: first tallies, then the sends that a
 * record may be, then the charges that a refusal looks ahead at, and again where these change what comes behind them.
 * A refusal that has three other ways to suggest does all of that for each: a dozen has been seen, on a seat that nobody
 * had asked for long. The bound is there for a defect alone.
 */
const PASSES_MAX = 40;

/** Requests of one agency, to be made anew at each desk until nothing is missing. */
export interface Pass<T> {
  readonly reading: AgencyReading;
  work(desk: Desk, missing: MissingOfPass): T | Promise<T>;
}

/** What became of an agency's pass: what it did, or the defect that stopped it, and it alone. */
export type Passed<T> = { readonly desk: Desk; readonly result: T } | { readonly failure: Error };

/**
 * Makes each agency's pass at a desk of its own; where something must be read first, reads that for all of them together,
 * and makes those passes again. A pass is a pure function of what was read, so the last one is all that happened.
 */
export async function untilComplete<T>(loading: Loading, passes: readonly Pass<T>[]): Promise<Passed<T>[]> {
  const passed = new Map<Pass<T>, Passed<T>>();
  for (let round = 1; round <= PASSES_MAX && passed.size < passes.length; round += 1) {
    const incomplete: MissingOfPass[] = [];
    for (const pass of passes) {
      if (passed.has(pass)) continue;
      const missing = new MissingOfPass(pass.reading.agencyId);
      const one = await attempt(pass, missing);
      if ('failure' in one || missing.isEmpty()) passed.set(pass, one);
      else incomplete.push(missing);
    }
    if (incomplete.length > 0) await loading.readNeeds(together(incomplete));
  }
  return passes.map(
    (pass) => passed.get(pass) ?? { failure: new Error('The books were read on without an end.') },
  );
}

async function attempt<T>(pass: Pass<T>, missing: MissingOfPass): Promise<Passed<T>> {
  const desk = new Desk(pass.reading);
  try {
    return { desk, result: await pass.work(desk, missing) };
  } catch (error) {
    return { failure: error instanceof Error ? error : new Error(String(error)) };
  }
}

function together(missing: readonly MissingOfPass[]): Needs {
  return {
    sums: missing.flatMap((one) => one.sums()),
    entries: missing.flatMap((one) => one.entries()),
    whereabouts: missing.flatMap((one) => [...one.whereabouts.values()]),
    seats: missing.flatMap((one) => one.seats),
    credits: missing.flatMap((one) => one.credits()),
    days: missing.flatMap((one) => one.days()),
    contacts: missing.flatMap((one) => [...one.contacts.values()]),
    invitations: missing.flatMap((one) => one.invitations),
    responses: missing.flatMap((one) => one.responses),
  };
}

/** Of one counter: as many charges as the one of them that needs most, and as few of them together. */
function both(one: EntriesNeed, other: EntriesNeed): EntriesNeed {
  const most = one.count >= other.count ? one : other;
  return { ...most, together: Math.min(one.together ?? 0, other.together ?? 0) };
}

type AgencyEntriesNeed = Needs['entries'][number];

/** What one pass could not go on without, each thing once. */
export class MissingOfPass {
  readonly whereabouts = new Map<string, Whereabouts>();
  readonly seats: SeatRef[] = [];
  readonly contacts = new Map<string, ContactQuestion>();
  readonly invitations: InvitationNeeds[] = [];
  readonly responses: ResponseQuestion[] = [];
  private readonly creditNeeds: CreditNeeds[] = [];
  private readonly daysByName = new Map<string, DayQuestion>();
  private readonly sumsByCounter = new Map<string, SumQuestion>();
  private readonly entriesByCounter = new Map<string, AgencyEntriesNeed>();

  constructor(readonly agencyId: string) {}

  /** What `work` answers, or undefined where it can't be done before more is read. */
  unless<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.note(error);
      return undefined;
    }
  }

  /** The same of work that others have their turns between. */
  async unlessInTurns<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.note(error);
      return undefined;
    }
  }

  private note(error: unknown): void {
    // Nothing has changed in the books by then: the pass goes on to find what else is missing, and is thrown away.
    if (error instanceof Missing) this.addMissing(error);
    else if (error instanceof CreditsNeeded) this.creditNeeds.push(error.needs);
    else if (error instanceof InvitationsNeeded) this.invitations.push(error.needs);
    else if (error instanceof ContactsNeeded) {
      this.contacts.set(contactName(error.question), error.question);
    } else if (error instanceof ResponsesNeeded) this.responses.push(...error.questions);
    else if (error instanceof EntriesNeeded) error.needs.forEach((need) => this.addEntries(need));
    else throw error;
  }

  private addMissing({ tallies, whereabouts, seats, days }: Missing): void {
    this.seats.push(...seats);
    for (const sum of tallies) this.sumsByCounter.set(`${scopeName(sum.scope)} ${sum.counter.key}`, sum);
    for (const place of whereabouts) this.whereabouts.set(whereaboutsName(place), place);
    for (const day of days) this.daysByName.set(dayName(day), day);
  }

  private addEntries(need: EntriesNeed): void {
    const key = `${scopeName(need.limit.scope)} ${entriesName({ ...need, counter: need.limit.counter })}`;
    const known = this.entriesByCounter.get(key);
    this.entriesByCounter.set(key, { ...(known ? both(known, need) : need), agencyId: this.agencyId });
  }

  credits(): (CreditNeeds & { readonly agencyId: string })[] {
    return this.creditNeeds.map((needs) => ({ ...needs, agencyId: this.agencyId }));
  }

  sums(): SumQuestion[] {
    return [...this.sumsByCounter.values()];
  }

  entries(): AgencyEntriesNeed[] {
    return [...this.entriesByCounter.values()];
  }

  days(): DayQuestion[] {
    return [...this.daysByName.values()];
  }

  isEmpty(): boolean {
    const counters = this.sumsByCounter.size + this.entriesByCounter.size + this.daysByName.size;
    const needs = this.creditNeeds.length + this.invitations.length + this.responses.length;
    const named = this.whereabouts.size + this.seats.length + this.contacts.size;
    return counters + named + needs === 0;
  }
}
