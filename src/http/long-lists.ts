import {
  defaultFieldResolver,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import { Failure } from '../errors.js';

/**
 * Lists that are no pages are as long as they are, and what an operation costs is told before anybody knows. So what turns out to be
 * longer than it was assumed to be is counted while it is answered: within a bound, and paid for afterwards.
 */

/** Fields that an operation may be answered with beyond what it was told to cost: some seconds of a process, and no more memory than it has. */
const BEYOND_MAX = 200_000;

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
  beyond: number;
}

/** What operations are answered with beyond their cost, by the `operation` of their context. */
export class LongLists {
  private readonly counted = new WeakMap<object, Counted>();

  /** Begins to count for an operation. An event of one begins anew, with what was assumed of it. */
  begin(operation: object, like?: object): AssumedLists {
    const before = like && this.counted.get(like);
    const assumed: AssumedLists = before?.assumed ?? new Map<FieldNode, Assumed>();
    this.counted.set(operation, { assumed, beyond: 0 });
    return assumed;
  }

  /** So far. */
  beyond(operation: object): number {
    return this.counted.get(operation)?.beyond ?? 0;
  }

  /** Counts in all lists of a schema. What a mutation answers with is as long as what it was asked, and was done already. */
  countIn(schema: GraphQLSchema): void {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__') || type === schema.getMutationType()) continue;
      const fields = Object.values(type.getFields()) as AnyField[];
      for (const field of fields.filter(isListOfObjects)) this.countInOne(field);
    }
  }

  private countInOne(field: AnyField): void {
    const { resolve = defaultFieldResolver } = field;
    const counting: GraphQLFieldResolver<unknown, { readonly operation: object }> = (
      source,
      args,
      context,
      info,
    ) => {
      const found: unknown = resolve(source, args, context, info);
      const count = (list: unknown): unknown => this.count(list, info.fieldNodes, context.operation);
      return found instanceof Promise ? found.then(count) : count(found);
    };
    field.resolve = counting;
  }

  private count(list: unknown, nodes: readonly FieldNode[], operation: object): unknown {
    const counted = this.counted.get(operation);
    if (!counted || !Array.isArray(list)) return list;
    for (const node of nodes) {
      const { rows, costOfRow } = counted.assumed.get(node) ?? { rows: list.length, costOfRow: 0 };
      counted.beyond += Math.max(0, list.length - rows) * costOfRow;
    }
    if (counted.beyond <= BEYOND_MAX) return list;
    const message = `The lists of the answer are longer than they usually are, by ${BEYOND_MAX} fields: ask for shorter pages, or for less of each row.`;
    throw new Failure('COST_EXCEEDED', message);
  }
}

function isListOfObjects({ type }: AnyField): boolean {
  return isListType(getNullableType(type)) && isCompositeType(getNamedType(type));
}
