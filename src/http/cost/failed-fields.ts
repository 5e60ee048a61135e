import { GraphQLError, type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import { Failure, type FailureCode } from '../../errors.js';
import { failureOf } from '../failures.js';

/** Errors of fields that are told of one operation: each is made with a stack, and shown, logged and sent by itself. */
const FAILED_MAX = 100;
/** Characters of a text that are gone through to tell in which lines its failed fields stand: graphql-js does so for each anew. */
const SCANNED_MAX = 2_000_000;

const TOO_MANY = `More than ${FAILED_MAX} fields failed: those behind are null where they may be, and are not told.`;

/** The fields of one operation that failed: of however many do, so many are told. */
export class FailedFields {
  private count = 0;
  private scanned = 0;
  /** Of each kind one is told in any case: it says whether to ask again, and whether there is something to be looked at. */
  private readonly codes = new Set<FailureCode>();
  /** Made once, with a path, so that graphql-js makes no other error of it. */
  private tooMany: GraphQLError | null = null;

  /** What a field is told as that failed: null, or an error. */
  told(error: unknown, mayBeNull: boolean, info: GraphQLResolveInfo): Error | null {
    this.count += 1;
    const { code } = failureOf(error);
    if (this.count > FAILED_MAX && this.codes.has(code)) return this.behind(mayBeNull, info);
    this.codes.add(code);
    this.scanned += info.fieldNodes[0]?.loc?.source.body.length ?? 0;
    const thrown = error instanceof Error ? error : new Error(String(error));
    return this.scanned > SCANNED_MAX ? withoutLines(thrown, info) : thrown;
  }

  private behind(mayBeNull: boolean, info: GraphQLResolveInfo): GraphQLError | null {
    if (this.tooMany && mayBeNull) return null;
    this.tooMany ??= withoutLines(new Failure('COST_EXCEEDED', TOO_MANY), info);
    return this.tooMany;
  }
}

function withoutLines(error: Error, { path }: GraphQLResolveInfo): GraphQLError {
  return new GraphQLError(failureOf(error).message, {
    path: responsePathAsArray(path),
    originalError: error,
  });
}
