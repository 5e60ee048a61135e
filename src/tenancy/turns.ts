import { Failure } from '../errors.js';
import { isUnreachable, othersMeetIt } from './sqlstate.js';

/** Most that wait of one agency in this process, of one party and of one caller of it, and what those beyond are told. */
const WAITS: Waits = {
  waitingMax: 4_000,
  ofPartyMax: 2_000,
  ofPartyAlways: 100,
  ofCallerMax: 1_000,
  tooMany: 'Too much is asked of this agency at once; ask again later.',
};
const RETRY_AFTER_MS = 1_000;

export interface Waits {
  readonly waitingMax: number;
  /** Left out where there are no parties. */
  readonly ofPartyMax?: number;
  /** So many of a party wait beyond that, up to twice as many in all: two that ask for very much would have all others sent away. */
  readonly ofPartyAlways?: number;
  /** Left out where callers are not told apart. */
  readonly ofCallerMax?: number;
  readonly tooMany: string;
}

/** Who takes turns with the other parties of an agency, and in its party with the others of that. */
export interface Caller {
  readonly party: string;
  readonly name: string;
}

/** What those of one name have of the turns, and how many of theirs wait for one. */
interface Counted {
  readonly name: string;
  running: number;
  waiting: number;
}

/** A caller's: what waits, in its order. */
interface Line extends Counted {
  readonly queue: Waiting[];
}

/** Those who take turns with each other: all agencies, the parties of one, the callers of a party. */
interface Round extends Counted {
  /** Those who have some turn, or wait for one. */
  readonly members: Map<string, Round | Line>;
  /** Those of them who wait, in the order in which they come next. */
  readonly order: Map<string, Round | Line>;
}

/** The round of all agencies, the agency's, its party's where it is of one, and the caller's line in that. */
interface Place {
  readonly rounds: readonly [all: Round, agency: Round, party?: Round];
  readonly line: Line;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What agencies use together, such as a pool of connections: each has a few turns at once, so that one that asks for
 * very much waits behind itself and not before the others. So do the parties within an agency, and the callers within a
 * party: who comes as very many callers of one party has no more of the turns for it.
 *
 * Where it is known how many turns there are of all agencies, each has its first as soon as any is free, and a further one only while more
 * than twice as many are free as it has: two that ask for very much leave some to those who come next. One that ends goes to whoever waits
 * with the fewest.
 */
export class Turns {
  private readonly all = emptyRound('');

  /**
   * `turnsMax`: how much of it one agency may have at once. `waits`: where it is of somebody else than an agency. `ofAllMax`: how much there
   * is of it for all of them; left out where they don't keep each other waiting.
   */
  constructor(
    private readonly turnsMax: number,
    private readonly waits: Waits = WAITS,
    private readonly ofAllMax = Infinity,
  ) {}

  /**
   * Runs `work` when it is its agency's turn, and its caller's in that; who is named alone is a party alone. Throws THROTTLED where too
   * many of them wait, and what another one's work met on its way to a database that is away.
   */
  async run<T>(whose: string, work: () => Promise<T>, caller: Caller | string = ''): Promise<T> {
    const place = placeOf(this.all, whose, caller);
    const [, agency] = place.rounds;
    if (this.mayBegin(agency)) begin(place);
    else await this.waitAt(place);
    try {
      return await work();
    } catch (error) {
      for (const { reject } of this.takeLost(agency, error)) reject(error);
      throw error;
    } finally {
      this.passOn(place);
    }
  }

  /** Throws THROTTLED where no more of theirs may wait, before anything is begun that would be refused a piece at a time. */
  refuseFull(whose: string, caller: Caller | string = ''): void {
    this.refuseAt(placeOf(this.all, whose, caller));
  }

  private mayBegin({ running }: Round): boolean {
    const free = this.ofAllMax - this.all.running;
    return running < this.turnsMax && 2 * running < free;
  }

  private refuseAt({ rounds: [, agency, party], line }: Place): void {
    const { waitingMax, ofPartyMax = waitingMax, ofCallerMax = waitingMax, tooMany } = this.waits;
    const { ofPartyAlways = 0 } = this.waits;
    const ofParty = party?.waiting ?? 0;
    const isFew = party !== undefined && ofParty < ofPartyAlways;
    const isFull = agency.waiting >= (isFew ? 2 * waitingMax : waitingMax);
    if (isFull || ofParty >= ofPartyMax || line.waiting >= ofCallerMax) {
      throw new Failure('THROTTLED', tooMany, RETRY_AFTER_MS);
    }
  }

  private waitAt(place: Place): Promise<void> {
    this.refuseAt(place);
    eachOf(place, (one, round) => {
      one.waiting += 1;
      round?.members.set(one.name, one);
      round?.order.set(one.name, one);
    });
    return new Promise((resolve, reject) => place.line.queue.push({ resolve, reject }));
  }

  /**
   * The turn that ends is whoever's waits longest of the caller who comes next. Who had one goes behind all others. No second one may
   * begin by it: as many are free then as were before, when none might.
   */
  private passOn(from: Place): void {
    const [all, agency, party] = from.rounds;
    all.running -= 1;
    agency.running -= 1;
    goBehind(agency, all);
    const next = this.nextAgency(agency);
    const to = next && nextOf(all, next);
    if (party) party.running -= 1;
    from.line.running -= 1;
    const waiting = to?.line.queue.shift();
    if (to) eachOf(to, (one) => ((one.waiting -= 1), (one.running += 1)));
    for (const place of to ? [from, to] : [from]) eachOf(place, goBehind);
    waiting?.resolve();
  }

  /** Where one with the fewest turns may have no further one, none may. What agencies don't wait for together stays with the one that had it. */
  private nextAgency(agency: Round): Round | null {
    const next = this.ofAllMax === Infinity ? agency : nextIn(this.all);
    return next && 'members' in next && this.mayBegin(next) ? next : null;
  }

  /**
   * All that waits and would wait for the same, one after the other, of a database that went silent for an hour: of the agency, and where
   * nobody is there of those that have no turn yet. Who has some is told of it by their own.
   */
  private takeLost(agency: Round, error: unknown): Waiting[] {
    if (!isUnreachable(error)) return [];
    const { all } = this;
    const isOfAll = othersMeetIt(error);
    const lost = [...all.order.values()].filter((one) => one === agency || (isOfAll && one.running === 0));
    return lost.flatMap((one) => {
      all.waiting -= one.waiting;
      const waiting = emptied(one);
      goBehind(one, all);
      return waiting;
    });
  }
}

function emptyRound(name: string): Round {
  return { name, running: 0, waiting: 0, members: new Map(), order: new Map() };
}

/** Where a caller is who has some turn or waits, else where they come in: they are a member of no round yet. */
function placeOf(all: Round, whose: string, caller: Caller | string): Place {
  const agency = roundIn(all, whose);
  if (typeof caller === 'string') return { rounds: [all, agency], line: lineIn(agency, caller) };
  const party = roundIn(agency, caller.party);
  return { rounds: [all, agency, party], line: lineIn(party, caller.name) };
}

function roundIn({ members }: Round, name: string): Round {
  const found = members.get(name);
  return found && 'members' in found ? found : emptyRound(name);
}

function lineIn({ members }: Round, name: string): Line {
  const found = members.get(name);
  return found && 'queue' in found ? found : { name, running: 0, waiting: 0, queue: [] };
}

/** Each of a place with the round that it is a member of, from that of all agencies on, which is of none. */
function eachOf({ rounds, line }: Place, of: (one: Round | Line, round: Round | null) => void): void {
  let round: Round | null = null;
  for (const one of rounds) {
    if (!one) continue;
    of(one, round);
    round = one;
  }
  of(line, round);
}

function begin(place: Place): void {
  eachOf(place, (one, round) => {
    one.running += 1;
    round?.members.set(one.name, one);
  });
}

function goBehind(one: Round | Line, round: Round | null): void {
  round?.order.delete(one.name);
  if (one.waiting > 0) round?.order.set(one.name, one);
  else if (one.running === 0) round?.members.delete(one.name);
}

/** Who comes next in an agency; that which ends counts as theirs still. */
function nextOf(all: Round, agency: Round): Place | null {
  const first = nextIn(agency);
  if (!first) return null;
  if ('queue' in first) return { rounds: [all, agency], line: first };
  const line = nextIn(first);
  return line && 'queue' in line ? { rounds: [all, agency, first], line } : null;
}

/**
 * Of those who wait whoever has the fewest turns, and of those whoever had none for longest. Only so many have any as there are turns, so
 * that no more are looked at, however many wait.
 */
function nextIn({ order }: Round): Round | Line | null {
  let next: Round | Line | null = null;
  for (const one of order.values()) {
    if (one.running < (next?.running ?? Infinity)) next = one;
    if (next?.running === 0) break;
  }
  return next;
}

/** All that waits; nothing does then. */
function emptied(one: Round | Line): Waiting[] {
  one.waiting = 0;
  if ('queue' in one) return one.queue.splice(0);
  const waiting = [...one.order.values()].flatMap(emptied);
  for (const { name, running } of one.order.values()) if (running === 0) one.members.delete(name);
  one.order.clear();
  return waiting;
}
