import {
  type DefinitionNode,
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type ParseOptions,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';
import { Failure } from '../../errors.js';
import { isSha256, sha256Of } from '../../services/members/trusted-documents.js';
import { OWN_RULES, PARSE_OPTIONS, SUBSCRIPTION_MAX, unreadable } from '../documents/document-rules.js';
import { isTooLongToSuggest } from '../documents/suggestions.js';
import { shorten } from '../failures.js';
import type { OperationContext } from './operations.js';

/** Directives by which something is there or not. */
const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include']);

/** An operation as it was sent, whichever way it came. */
export interface SentOperation {
  query?: unknown;
  documentId?: unknown;
  extensions?: unknown;
}

/**
 * Puts the text of a registered document in the place of its hash, `documentId` or `extensions.persistedQuery.sha256Hash`:
 * from here on every operation has its text. Throws BAD_USER_INPUT where there is neither, or the one is not the other's, or the text is `unreadable`;
 * NOT_FOUND where nothing is registered under the hash; FORBIDDEN for a text that somebody known may not send.
 */
export async function putInText(sent: SentOperation, context: OperationContext): Promise<void> {
  const sha256 = hashOf(sent);
  delete sent.documentId;
  if (isObject(sent.extensions)) delete sent.extensions['persistedQuery'];
  // A socket's protocol has a text in every operation: with a hash, it may be empty.
  if (typeof sent.query === 'string' && !(sent.query === '' && sha256 !== null)) {
    const wrong = unreadable(sent.query);
    if (wrong) throw wrong;
    if (sha256 !== null && sha256Of(sent.query) !== sha256) {
      throw new Failure('BAD_USER_INPUT', 'The SHA-256 is of another text than `query`.');
    }
    // Whoever is known already is told before they are told what is wrong with their text.
    if (context.caller) await context.requireTrusted(sha256Of(sent.query));
    return;
  }
  if (sha256 === null) {
    const message =
      'An operation has its text, `query`, or the SHA-256 of a registered document, `documentId`.';
    throw new Failure('BAD_USER_INPUT', message);
  }
  sent.query = await context.documentOf(sha256);
}

/** The SHA-256 that an operation came with; null where it came with none. */
function hashOf({ documentId, extensions }: SentOperation): string | null {
  const persisted = isObject(extensions) ? extensions['persistedQuery'] : undefined;
  const given = documentId ?? (isObject(persisted) ? persisted['sha256Hash'] : persisted) ?? null;
  if (given === null) return null;
  const text = typeof given === 'string' ? given.replace(/^sha256:/, '') : '';
  if (isSha256(text)) return text.toLowerCase();
  throw new Failure('BAD_USER_INPUT', 'A document is named by its SHA-256, 64 hexadecimal digits.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/**
 * Whether an operation that was refused unread is a subscription, or may be one: of a registered document nothing is known but
 * its hash. A text that is none is no subscription.
 */
export function mayBeSubscription(query: string, operationName: string | null | undefined): boolean {
  if (query === '') return true;
  // Most are spared the reading, and of none more is read than a subscription may have: nobody paid for it.
  const { characters, words } = SUBSCRIPTION_MAX;
  if (query.length > characters || !query.includes(OperationTypeNode.SUBSCRIPTION)) return false;
  const document = parsed(query, { maxTokens: words });
  const operation = document && getOperationAST(document, operationName);
  return operation?.operation === OperationTypeNode.SUBSCRIPTION && !unreadable(query);
}

/**
 * Throws BAD_USER_INPUT for a subscription to what is there on a condition alone, which the specification leaves out: by a variable
 * graphql-js can't tell while it validates, and to nothing at all it can't subscribe.
 */
export function refuseConditional(text: string): void {
  // Nearly all are spared the reading.
  if (!text.includes('@') || !text.includes(OperationTypeNode.SUBSCRIPTION)) return;
  const document = parsed(text);
  if (!document || !areConditional(document)) return;
  throw new Failure('BAD_USER_INPUT', 'What a subscription is to takes neither @skip nor @include.');
}

/** Whether anything is right below any subscription, fragments looked into, each of them once. */
function areConditional({ definitions }: DocumentNode): boolean {
  const fragments = new Map(
    definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet] as const] : [],
    ),
  );
  const left = definitions.flatMap((one) => (isSubscription(one) ? one.selectionSet.selections : []));
  for (let one = left.pop(); one; one = left.pop()) {
    if (one.directives?.some(({ name }) => CONDITIONS.has(name.value))) return true;
    if (one.kind === Kind.INLINE_FRAGMENT) left.push(...one.selectionSet.selections);
    if (one.kind !== Kind.FRAGMENT_SPREAD) continue;
    left.push(...(fragments.get(one.name.value)?.selections ?? []));
    fragments.delete(one.name.value);
  }
  return false;
}

function isSubscription(one: DefinitionNode): one is OperationDefinitionNode {
  return one.kind === Kind.OPERATION_DEFINITION && one.operation === OperationTypeNode.SUBSCRIPTION;
}

/** Null for a text that is no document: whoever executes it says what is wrong with it. */
function parsed(text: string, options: ParseOptions = PARSE_OPTIONS): DocumentNode | null {
  try {
    return parse(text, options);
  } catch {
    return null;
  }
}

/** What is wrong with a document as an operation, in words; null where nothing is. Our own rules are for what GraphQL's let through. */
export function wrongWithDocument(schema: GraphQLSchema, text: string): string | null {
  const unread = unreadable(text);
  if (unread) return unread.message;
  try {
    refuseConditional(text);
    const document = parse(text, PARSE_OPTIONS);
    const wrongBy = (rules: readonly ValidationRule[]): GraphQLError | undefined =>
      validate(schema, document, rules, { maxErrors: 1, hideSuggestions: isTooLongToSuggest(text) })[0];
    const error = wrongBy(specifiedRules) ?? wrongBy(OWN_RULES);
    return error ? shorten(error.message) : null;
  } catch (error) {
    if (error instanceof GraphQLError || error instanceof Failure) return shorten(error.message);
    throw error;
  }
}
