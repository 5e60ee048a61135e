import type { DocumentNode, FieldNode } from 'graphql';
import { Failure } from '../../errors.js';
import { nobodyWaits } from '../gone.js';
import { AnswerPace, FIELDS_AT_ONCE } from './answer-pace.js';
import { FoundOnce } from './found-once.js';
import { DEAR_MIN, LONG_MIN, type Sized } from './operation-turns.js';
import { FailedFields } from './failed-fields.js';
import { COST_OF_ROW_MIN } from './prices.js';

/**
 * Fields that an operation may be answered with beyond what it was told to cost, whatever it did: some seconds of a process, and no more
 * memory than it has. The answer is made one text in one go: of twenty megabytes at most, in some 0.15 s.
 */
export const BEYOND_MAX = 200_000;

function tooLong(): Failure {
  const message = `The lists and texts of the answer are longer than they usually are, by ${BEYOND_MAX} fields: ask for shorter pages, or for less of each row. What a mutation changes is done all the same.`;
  return new Failure('COST_EXCEEDED', message);
}

/** What an operation is by the lists in it, once they are known. */
export type TurnsOutAs = Exclude<Sized, 'OF_SCHEMA'>;

/** What a row costs of a list that was assumed to have so many. */
interface Assumed {
  readonly rows: number;
  readonly costOfRow: number;
  /** Told with each, but for those of lists in it. Left out of an operation that is told few in all. */
  readonly fieldsOfRow?: number;
}

/** By the places in which lists are asked for. */
export type AssumedLists = Map<FieldNode, Assumed>;

/** What is told of an operation's cost with its answer, whatever that is. */
export interface ToldCost {
  readonly requested: number;
  readonly max: number;
  /** What is left to the agency's role; null where nobody is known to ask. */
  readonly budget: {
    readonly remaining: number;
    readonly max: number;
    readonly restoredPerSecond: number;
  } | null;
}

/** An operation while it is under way: what it costs, what turned out to be longer, its turn. Ended once, whatever became of it. */
export class UnderWay {
  /** Whether it was asked for in a way that can answer subscriptions. */
  takesEvents = false;
  /** Whatever the rules say of it. */
  isSubscription = false;
  /** Of a subscription that all rules let through. */
  document: DocumentNode | null = null;
  /** Null until it was taken. */
  cost: ToldCost | null = null;
  /** The agency that is answered, where it is known. */
  whose: string | undefined;
  readonly failed = new FailedFields();
  readonly found = new FoundOnce();
  /** Has a list wait that makes a long or a dear operation of one that was let in as none. What is done already is told whatever it throws. */
  untilTurn = (_as: TurnsOutAs): Promise<void> => Promise.resolve();

  private beyond = 0;
  /** Of what was read, and is hardly told: nothing is refused for it. */
  private owed = 0;
  private paid = 0;
  private readonly pace = new AnswerPace();
  private turnedOutAs: TurnsOutAs | null = null;
  /** Until more than usual may be shown; null until that is asked for. */
  private late: Promise<void> | null = null;
  private endTurn = (): void => undefined;
  private turn: Promise<void> = Promise.resolve();
  private hasEnded = false;
  /** Made once: an error is dear, and there may be thousands of places in which there is too much. */
  private tooLong: Failure | null = null;

  /** An event begins with what was `assumed` of its operation. `gone`: once nobody waits for the answer. */
  constructor(
    readonly assumed: AssumedLists = new Map(),
    readonly gone?: AbortSignal,
  ) {}

  /**
   * Gives it a turn, that is ended with it, in place of the one it has, or waits for. Throws where it was answered before its turn came, or
   * nobody waits for it by then: the next one has it at once.
   */
  takeTurn(begin: () => Promise<() => void>): Promise<void> {
    this.turn = this.turn.catch(() => undefined).then(() => this.takeNextTurn(begin));
    return this.turn;
  }

  private async takeNextTurn(begin: () => Promise<() => void>): Promise<void> {
    this.endTurn();
    const endTurn = await begin();
    if (this.hasEnded || this.gone?.aborted) {
      endTurn();
      throw nobodyWaits();
    }
    this.endTurn = endTurn;
  }

  /**
   * It was answered, and shows no more. Where a field fails that has to be told, graphql-js answers at once, with null, and goes on with
   * all the others for nobody.
   */
  end(): void {
    this.hasEnded = true;
    this.endTurn();
  }

  get isEnded(): boolean {
    return this.hasEnded;
  }

  /** What it is answered with so far beyond its cost, and was not told here before. */
  unpaid(): number {
    const unpaid = Math.floor(this.beyond + this.owed - this.paid);
    this.paid += unpaid;
    return unpaid;
  }

  /** What a list costs beyond what was assumed, by each of the places in which it was asked for. */
  costsBeyond(rows: number, places: readonly FieldNode[]): number[] {
    return places.map((place) => {
      const assumed = this.assumed.get(place);
      return assumed ? Math.max(0, rows - assumed.rows) * assumed.costOfRow : 0;
    });
  }

  /** What was read for it besides, where little is told of each row: that is paid for, and nothing is refused for it. */
  costOfReadingBeyond(rows: number, places: readonly FieldNode[]): number {
    return places.reduce((sum, place) => {
      const assumed = this.assumed.get(place);
      if (!assumed) return sum;
      return sum + Math.max(0, rows - assumed.rows) * Math.max(0, COST_OF_ROW_MIN - assumed.costOfRow);
    }, 0);
  }

  /**
   * Throws COST_EXCEEDED where it is more than anybody is told. Null is told in its place where it may be, and that was said of another
   * place before: the answer is false.
   */
  add(cost: number, mayBeNull: boolean): boolean {
    if (cost === 0) return true;
    this.beyond += cost;
    if (this.beyond <= BEYOND_MAX) return true;
    if (this.tooLong && mayBeNull) return false;
    this.tooLong ??= tooLong();
    throw this.tooLong;
  }

  owe(cost: number): void {
    this.owed += cost;
  }

  /** What makes an operation a long or a dear one waits for its turn, for each once; null where nothing does. */
  untilShown(): Promise<void> | null {
    const fields = this.beyond + this.owed;
    const isMore = this.turnedOutAs === 'LONG' ? fields >= DEAR_MIN : fields >= LONG_MIN;
    if (this.turnedOutAs === 'DEAR' || !isMore) return this.late;
    this.turnedOutAs = fields >= DEAR_MIN ? 'DEAR' : 'LONG';
    this.late = this.untilTurn(this.turnedOutAs);
    return this.late;
  }

  /** A list, or each of its rows, once it may be shown: of an operation that is told many fields a part at a time. */
  inParts(
    list: readonly unknown[],
    places: readonly FieldNode[],
  ): readonly unknown[] | Promise<readonly unknown[]> {
    const fieldsOfRow = places.reduce((sum, place) => sum + this.fieldsOfRow(place), 0);
    if (fieldsOfRow === 0) return list;
    const atOnce = Math.max(1, Math.floor(FIELDS_AT_ONCE / fieldsOfRow));
    if (list.length <= atOnce) return this.untilPart(list.length * fieldsOfRow).then(() => list);
    let part: Promise<void>;
    return list.map((row, index) => {
      const rows = Math.min(atOnce, list.length - index);
      if (index % atOnce === 0) part = this.untilPart(rows * fieldsOfRow);
      return part.then(() => row);
    });
  }

  private untilPart(fields: number): Promise<void> {
    return this.pace.show(fields, this.whose).then(() => (this.hasEnded ? forNobody() : undefined));
  }

  private fieldsOfRow(place: FieldNode): number {
    const assumed = this.assumed.get(place);
    return assumed?.fieldsOfRow ?? (this.late === null ? 0 : (assumed?.costOfRow ?? 0));
  }
}

/** What is left of an operation that was answered waits for ever, and is forgotten: an error of each field of it would be dear. */
export function forNobody(): Promise<never> {
  return new Promise(() => undefined);
}

/** Those of one pipeline, by the `operation` of their context. */
export type OperationsUnderWay = WeakMap<object, UnderWay>;
