import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isCompositeType,
  isLeafType,
  isListType,
  isNullableType,
  isObjectType,
  isScalarType,
  OperationTypeNode,
} from 'graphql';
import { BYTES_TOLD_OF_ONE, costOfField } from './prices.js';
import { forNobody, type OperationsUnderWay, type UnderWay } from './under-way.js';

/**
 * Lists that are no pages, and texts, are as long as they are, and what an operation costs is told before anybody knows. So what turns out
 * to be longer than it was assumed to be is counted while it is answered: within a bound, and paid for afterwards.
 */

/** Scalars of which none is long. */
const SHORT: ReadonlySet<string> = new Set(['ID', 'Int', 'Float', 'Boolean']);

/** Bytes that a value of a list counts for at least. */
const BYTES_OF_VALUE = 10;
/** Around a text: they are no part of it. */
const QUOTES = 2;

type AnyField = GraphQLField<unknown, { readonly operation: object }>;

/** What a field was asked for by. */
interface Asked {
  readonly underWay: UnderWay;
  readonly mayBeNull: boolean;
  readonly info: GraphQLResolveInfo;
}

/** Counts what a field is answered with: that, once it may be shown, or null in its place. */
type Count = (told: unknown, asked: Asked) => unknown;

/**
 * Counts in all lists and texts of a schema, and what fails in whatever is looked up. The lists that a mutation answers with, and those
 * in what it answers with, were done already: they are told, though nothing is left to pay for them.
 */
export function countLongAnswers(schema: GraphQLSchema, operations: OperationsUnderWay): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()) as AnyField[]) {
      if (isListOfObjects(field)) watch(field, operations, countList);
      else if (isText(field)) watch(field, operations, countTexts(costOfField(type.name, field.name) ?? 1));
      else if (field.resolve || isCompositeType(getNamedType(field.type)))
        watch(field, operations, (told) => told);
    }
  }
}

/**
 * Whatever the field is answered with is shown to `count` first, and to nobody else before that says so. Without arguments it is the same
 * under every name.
 */
function watch(field: AnyField, operations: OperationsUnderWay, count: Count): void {
  const { resolve = defaultFieldResolver, type } = field;
  const mayBeNull = isNullableType(type);
  field.resolve = (source, args, context, info) => {
    const underWay = operations.get(context.operation);
    // Of another pipeline, which counts by itself.
    if (!underWay) return resolve(source, args, context, info);
    const failed = (error: unknown): unknown => {
      if (underWay.isEnded) return forNobody();
      const told = underWay.failed.told(error, mayBeNull, info);
      // Never thrown: graphql-js forgets the promises of a list's rows where one of them throws, and a process ends of what is rejected
      // and heard by nobody.
      return told && Promise.reject(told);
    };
    const trying = (work: () => unknown): unknown => {
      if (underWay.isEnded) return forNobody();
      try {
        return work();
      } catch (error) {
        return failed(error);
      }
    };
    const counted = (told: unknown): unknown =>
      trying(() => {
        const shown = count(told, { underWay, mayBeNull, info });
        return shown instanceof Promise ? shown.catch(failed) : shown;
      });
    return trying(() => {
      const find = (): unknown => resolve(source, args, context, info);
      const found =
        Object.keys(args as object).length === 0 ? underWay.found.of(source, field, find) : find();
      return found instanceof Promise ? found.then(counted, failed) : counted(found);
    });
  };
}

function countTexts(cost: number): Count {
  return (told, { underWay, mayBeNull }) => {
    const beyond = Math.max(0, bytesOf(told) / BYTES_TOLD_OF_ONE - cost);
    return underWay.add(beyond, mayBeNull) ? told : null;
  };
}

function countList(list: unknown, { underWay, mayBeNull, info }: Asked): unknown {
  if (!Array.isArray(list)) return list;
  const places = info.fieldNodes;
  const costs = underWay.costsBeyond(list.length, places);
  underWay.owe(underWay.costOfReadingBeyond(list.length, places));
  if (!costs.every((cost) => underWay.add(cost, mayBeNull))) return null;
  const inParts = (): unknown => underWay.inParts(list, places);
  const until = underWay.untilShown();
  if (until === null) return inParts();
  const mayBeShown = isDone(info) ? until.catch(() => undefined) : until;
  return mayBeShown.then(() => (underWay.isEnded ? forNobody() : inParts()));
}

/** It is what a mutation answers with; or that has it, each of a list of that, or an object in it. */
function isDone({ operation, path }: GraphQLResolveInfo): boolean {
  if (operation.operation !== OperationTypeNode.MUTATION) return false;
  let above = path.prev;
  while (typeof above?.key === 'string' && above.prev) above = above.prev;
  if (typeof above?.key === 'number') above = above.prev;
  return above?.prev === undefined;
}

/** How many bytes of an answer a text is, or a JSON, or all values of a list, of which none is quite short: a control character is six. */
function bytesOf(told: unknown): number {
  if (Array.isArray(told))
    return told.reduce((sum: number, one) => sum + Math.max(BYTES_OF_VALUE, bytesOf(one)), 0);
  if (typeof told === 'string') return Buffer.byteLength(JSON.stringify(told)) - QUOTES;
  return typeof told === 'object' && told !== null ? Buffer.byteLength(JSON.stringify(told)) : 0;
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
