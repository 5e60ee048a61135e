import {
  defaultFieldResolver,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isCompositeType,
  isLeafType,
  isListType,
  isObjectType,
  isScalarType,
  OperationTypeNode,
} from 'graphql';
import { Failure } from '../../errors.js';
import { AnswerPace } from './answer-pace.js';
import { DEAR_MIN } from './dear-turns.js';
import { CHARACTERS_TOLD_OF_ONE, costOfField } from './prices.js';

/**
 * Lists that are no pages, and texts, are as long as they are, and what an operation costs is told before anybody knows. So what turns out
 * to be longer than it was assumed to be is counted while it is answered: within a bound, and paid for afterwards.
 */

/** Fields that an operation may be answered with beyond what it was told to cost: some seconds of a process, and no more memory than it has. */
export const BEYOND_MAX = 200_000;
/** Scalars of which none is long. */
const SHORT: ReadonlySet<string> = new Set(['ID', 'Int', 'Float', 'Boolean']);

/** Characters that a value of a list counts for at least. */
const CHARACTERS_OF_VALUE = 10;

/** What a row costs of a list that was assumed to have so many. */
interface Assumed {
  readonly rows: number;
  readonly costOfRow: number;
}

/** By the places in which lists are asked for. */
export type AssumedLists = Map<FieldNode, Assumed>;

type AnyField = GraphQLField<unknown, { readonly operation: object }>;

/** Of one operation. */
interface Counted {
  readonly assumed: AssumedLists;
  readonly pace: AnswerPace;
  beyond: number;
  /** Of what was done already, and is told whatever it costs. */
  owed: number;
  paid: number;
  /** Until more than usual may be shown; null until that is asked for. */
  late: Promise<void> | null;
  untilTurn: () => Promise<void>;
  endTurn: () => void;
  /** It was answered: what is still found is for nobody. */
  hasEnded: boolean;
}

/** What operations are answered with beyond their cost, by the `operation` of their context. */
export class LongAnswers {
  private readonly counted = new WeakMap<object, Counted>();

  /** Begins to count for an operation. An event of one begins anew, with what was assumed of it. */
  begin(operation: object, like?: object): AssumedLists {
    const before = like && this.counted.get(like);
    const assumed: AssumedLists = before?.assumed ?? new Map<FieldNode, Assumed>();
    const counted = { assumed, pace: new AnswerPace(), beyond: 0, owed: 0, paid: 0, late: null };
    const turn = { untilTurn: () => Promise.resolve(), endTurn: () => undefined, hasEnded: false };
    this.counted.set(operation, { ...counted, ...turn });
    return assumed;
  }

  /** Has a list wait, once, that makes a dear operation of one that was let in as none. What is done already is told whatever it throws. */
  onceLong(operation: object, untilTurn: () => Promise<void>): void {
    const counted = this.counted.get(operation);
    if (counted) counted.untilTurn = untilTurn;
  }

  /** Gives it a turn, that is ended with it. Throws where it was answered before its turn came: the next one has it then. */
  async takeTurn(operation: object, turn: Promise<() => void>): Promise<void> {
    const endTurn = await turn;
    const counted = this.counted.get(operation);
    if (counted && !counted.hasEnded) counted.endTurn = endTurn;
    else endTurn();
    refuseEnded(counted);
  }

  /**
   * It was answered, and shows no more. Where a field fails that has to be told, graphql-js answers at once, with null, and goes on with
   * all the others for nobody.
   */
  end(operation: object): void {
    const counted = this.counted.get(operation);
    if (!counted) return;
    counted.hasEnded = true;
    counted.endTurn();
  }

  /** What it is answered with so far, and was not told here before. */
  unpaid(operation: object): number {
    const counted = this.counted.get(operation);
    if (!counted) return 0;
    const unpaid = Math.floor(beyondOf(counted) - counted.paid);
    counted.paid += unpaid;
    return unpaid;
  }

  /**
   * Counts in all lists and texts of a schema. The lists that a mutation answers with, and those in what it answers with, were done
   * already: they are paid for, and nothing of them is refused.
   */
  countIn(schema: GraphQLSchema): void {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      for (const field of Object.values(type.getFields()) as AnyField[]) {
        if (type === schema.getMutationType()) this.watch(field, (list, asked) => this.owe(list, asked));
        else if (isListOfObjects(field)) this.watch(field, (list, asked) => this.countList(list, asked));
        else if (isText(field)) this.countTexts(field, costOfField(type.name, field.name) ?? 1);
        else if (isCompositeType(getNamedType(field.type))) this.watch(field, () => null);
      }
    }
  }

  /** Whatever the field is answered with is shown to `count` first, and to nobody else before that says so. */
  private watch(field: AnyField, count: (told: unknown, asked: Asked) => Promise<void> | null): void {
    const { resolve = defaultFieldResolver } = field;
    const counting: GraphQLFieldResolver<unknown, { readonly operation: object }> = (
      source,
      args,
      context,
      info,
    ) => {
      const { operation } = context;
      const counted = <Told>(told: Told): Told | Promise<Told> => {
        refuseEnded(this.counted.get(operation));
        const asked = { nodes: info.fieldNodes, operation, isDone: isDone(info) };
        return count(told, asked)?.then(() => told) ?? told;
      };
      return rejecting(() => {
        refuseEnded(this.counted.get(operation));
        const found: unknown = resolve(source, args, context, info);
        return found instanceof Promise ? found.then(counted) : counted(found);
      });
    };
    field.resolve = counting;
  }

  private countTexts(field: AnyField, cost: number): void {
    this.watch(field, (told, { operation }) => {
      this.add(operation, Math.max(0, lengthOf(told) / CHARACTERS_TOLD_OF_ONE - cost));
      return null;
    });
  }

  private countList(list: unknown, asked: Asked): Promise<void> | null {
    if (asked.isDone) return this.owe(list, asked);
    for (const cost of this.costsBeyond(list, asked)) this.add(asked.operation, cost);
    return this.waitToShow(list, asked);
  }

  private owe(list: unknown, asked: Asked): Promise<void> | null {
    const counted = this.counted.get(asked.operation);
    for (const cost of this.costsBeyond(list, asked)) if (counted) counted.owed += cost;
    return this.waitToShow(list, asked)?.catch(() => undefined) ?? null;
  }

  /** What makes an operation a dear one waits for its turn, and is shown a part at a time. */
  private waitToShow(list: unknown, { nodes, operation }: Asked): Promise<void> | null {
    const counted = this.counted.get(operation);
    if (!counted || !Array.isArray(list) || beyondOf(counted) < DEAR_MIN) return null;
    const cost = nodes.reduce((sum, node) => sum + (counted.assumed.get(node)?.costOfRow ?? 0), 0);
    counted.late ??= counted.untilTurn();
    return counted.late.then(() => counted.pace.show(list.length * cost));
  }

  /** By each of the places in which the list was asked for. */
  private costsBeyond(list: unknown, { nodes, operation }: Asked): number[] {
    const assumed = this.counted.get(operation)?.assumed;
    if (!assumed || !Array.isArray(list)) return [];
    return nodes.map((node) => {
      const { rows, costOfRow } = assumed.get(node) ?? { rows: list.length, costOfRow: 0 };
      return Math.max(0, list.length - rows) * costOfRow;
    });
  }

  private add(operation: object, cost: number): void {
    const counted = this.counted.get(operation);
    if (!counted || cost === 0) return;
    counted.beyond += cost;
    if (counted.beyond <= BEYOND_MAX) return;
    const message = `The lists and texts of the answer are longer than they usually are, by ${BEYOND_MAX} fields: ask for shorter pages, or for less of each row.`;
    throw new Failure('COST_EXCEEDED', message);
  }
}

function refuseEnded(counted: Counted | undefined): void {
  if (counted?.hasEnded) throw new Error('It was answered already.');
}

function beyondOf({ beyond, owed }: Counted): number {
  return beyond + owed;
}

/** What a field was asked for by. */
interface Asked {
  readonly nodes: readonly FieldNode[];
  readonly operation: object;
  /** It lies in what a mutation answers with, in no row of a list of it. */
  readonly isDone: boolean;
}

/**
 * Rejects with what is thrown at once: graphql-js forgets the promises of a list's rows where one of them throws, and a process ends of what
 * is rejected and heard by nobody.
 */
function rejecting(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/** What a mutation answers with, or each of a list of it, has it, or an object in that. */
function isDone({ operation, path }: GraphQLResolveInfo): boolean {
  if (operation.operation !== OperationTypeNode.MUTATION) return false;
  let above = path.prev;
  while (typeof above?.key === 'string' && above.prev) above = above.prev;
  if (typeof above?.key === 'number') above = above.prev;
  return above !== undefined && above.prev === undefined;
}

/** Of a text, or of all values of a list, of which none is quite short. */
function lengthOf(told: unknown): number {
  if (typeof told === 'string') return told.length;
  return Array.isArray(told)
    ? told.reduce((sum: number, one) => sum + Math.max(CHARACTERS_OF_VALUE, lengthOf(one)), 0)
    : 0;
}

/** What may be long: a text, or a list of values. */
function isText({ type }: AnyField): boolean {
  const named = getNamedType(type);
  if (isListType(getNullableType(type))) return isLeafType(named);
  return isScalarType(named) && !SHORT.has(named.name);
}

function isListOfObjects({ type }: AnyField): boolean {
  return isListType(getNullableType(type)) && isCompositeType(getNamedType(type));
}
