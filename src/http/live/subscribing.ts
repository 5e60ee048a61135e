import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
} from 'graphql';
import { Failure, NotNow, TooManyOpen, type FailureCode } from '../../errors.js';
import type { SentOperation } from '../operations/documents.js';
import { EventRoom } from './event-room.js';
import { EventTries, StreamTries } from './event-tries.js';
import { EventTurns } from './event-turns.js';
import { failureOf } from '../failures.js';
import type { Caller, Pipeline } from '../operations/graphql.js';
import { SUBSCRIPTION_MAX } from '../documents/document-rules.js';
import { wordsOf } from '../documents/read-documents.js';
import { type OperationContext, tellErrors } from '../operations/operations.js';

/** An operation as it came in, over a socket or a stream of events. */
export interface OperationRequest extends Readonly<SentOperation> {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What an operation is answered with: once, or with events until it ends. */
export type Asked = { readonly result: FormattedExecutionResult } | { readonly events: Events };

/** Whose events those are of a subscription that asks for the schema alone. */
const NOBODY = '';

/** Where nothing is known of when it passes. */
const RETRY_AFTER_MS = 1_000;

/** Codes of what a stream ends with, told as its error: whoever asked for it may not see it any more. */
const OVER: ReadonlySet<FailureCode> = new Set(['NOT_FOUND', 'FORBIDDEN']);

/** Codes of an event that could not be told now and can be later: the stream breaks off, to be resumed before it. */
const LATER: ReadonlySet<unknown> = new Set(['UNAVAILABLE', 'THROTTLED']);
/** Of a stream that could not be opened our own fault too: who is told that as its error never comes again. */
const NOT_NOW: ReadonlySet<unknown> = new Set([...LATER, 'INTERNAL']);

interface Opening<Context> {
  readonly args: Omit<ExecutionArgs, 'contextValue'>;
  readonly caller: Caller;
  readonly context: Context;
}

/** What operations are asked by that may be subscriptions, of all connections that stay open. */
export class Subscribing<Context extends OperationContext> {
  /** Null where what operations cost is not bounded. */
  private readonly room: EventRoom | null;
  private readonly turns = new EventTurns();
  private readonly tries = new EventTries();

  constructor(private readonly pipeline: Pipeline<Context>) {
    this.room = pipeline.costLimit && new EventRoom(pipeline.costLimit);
  }

  /**
   * Asks an operation as HTTP does, by the same rules; a subscription is let through by them before its stream is opened.
   * What is wrong with it is in the result. Throws what keeps its stream from being opened now, at whichever step it shows: a
   * database that is away, a budget that is used up; TooManyOpen where there is no place for it. A stream that breaks off throws the
   * same, and INTERNAL where we failed to tell an event that would be lost by whoever resumes behind it.
   */
  async ask(request: OperationRequest, caller: Caller): Promise<Asked> {
    const { apollo, schema, open, underWayOf } = this.pipeline;
    // Who asks is found out anew, as over HTTP; only the events that follow go by what was found out a moment ago.
    const { authority: _known, ...asking } = caller;
    const { operationName, variables, ...sent } = request;
    // What is told of HTTP with an error is nobody's here.
    const context = await open(asking, sent).catch((error: unknown) => {
      throw failureOf(error);
    });
    const underWay = underWayOf(context);
    underWay.takesEvents = true;
    const asked = {
      query: String(sent.query),
      ...(operationName && { operationName }),
      ...(variables && { variables }),
    };
    const { body } = await apollo.executeOperation(asked, { contextValue: context });
    if (body.kind !== 'single') throw new Error('An answer is told in one piece.');
    const { isSubscription, document } = underWay;
    if (isSubscription) refuseForNow(body.singleResult, NOT_NOW);
    if (!document) return { result: body.singleResult };
    const kept = { ...request, query: asked.query };
    const { characters, words } = SUBSCRIPTION_MAX;
    if (JSON.stringify(kept).length > characters || wordsOf(document) > words) {
      return { result: this.tell({ errors: [tooLong()] }, context) };
    }
    const args = { schema, document, operationName, variableValues: variables };
    return this.openStream({ args, caller, context });
  }

  private async openStream(opening: Opening<Context>): Promise<Asked> {
    const { args, caller, context } = opening;
    // What the rules were asked with was a copy.
    await context.authenticate();
    const source = await createSourceEventStream({ ...args, contextValue: context });
    if (!(Symbol.asyncIterator in source)) {
      refuseIfFull(source);
      const result = this.tell(source, context);
      refuseForNow(result, NOT_NOW);
      return { result };
    }
    const payer = context.caller ?? null;
    const { cost } = this.pipeline.underWayOf(context);
    const room = async (ended: AbortSignal): Promise<void> => {
      if (payer && cost) await this.room?.take(payer, cost.requested, ended);
    };
    const tries = new StreamTries(this.tries, caller);
    const execution = (event: unknown) => this.execute(event, opening);
    const show = (event: unknown, ended: AbortSignal) =>
      this.turns.run(payer?.agencyId ?? NOBODY, async () =>
        ended.aborted ? {} : tries.show(event, execution),
      );
    const end = (failure: Failure) => this.tell({ errors: [asError(failure)] }, context);
    return { events: new Events(source[Symbol.asyncIterator](), { room, show, end }) };
  }

  /** Each event is read anew, by whoever the connection is of by now. */
  private async execute(
    event: unknown,
    { args, caller, context }: Opening<Context>,
  ): Promise<FormattedExecutionResult> {
    const { open, underWayOf, costLimit } = this.pipeline;
    const eventContext = await open(caller, null, underWayOf(context).assumed);
    await eventContext.authenticate();
    const underWay = underWayOf(eventContext);
    underWay.whose = eventContext.caller?.agencyId;
    const told = await execute({ ...args, rootValue: event, contextValue: eventContext });
    underWay.end();
    if (context.caller) await costLimit?.pay(context.caller, underWay.unpaid());
    const result = this.tell(told, eventContext);
    refuseForNow(result, LATER);
    return result;
  }

  private tell({ errors, ...told }: ExecutionResult, context: Context): FormattedExecutionResult {
    return errors ? { ...told, errors: tellErrors(this.pipeline.logger, errors, context) } : told;
  }
}

function tooLong(): GraphQLError {
  const message = `A subscription has ${SUBSCRIPTION_MAX.characters} characters at most, with its variables and all that is sent with it, and ${SUBSCRIPTION_MAX.words} words and comments.`;
  return asError(new Failure('BAD_USER_INPUT', message));
}

function asError(failure: Failure): GraphQLError {
  return new GraphQLError(failure.message, { originalError: failure });
}

/** A feed that has no place left: it is told as that, whatever else is open goes on. */
function refuseIfFull({ errors = [] }: ExecutionResult): void {
  const full = errors.map(({ originalError }) => originalError).find((error) => error instanceof TooManyOpen);
  if (full) throw full;
}

/** An event, or the opening of a stream, that something which passes is in the way of. */
function refuseForNow({ errors = [] }: FormattedExecutionResult, codes: ReadonlySet<unknown>): void {
  const error = errors.find(({ extensions }) => codes.has(extensions?.['code']));
  if (!error) return;
  const retryAfterMs = Number(error.extensions?.['retryAfterMs'] ?? RETRY_AFTER_MS);
  // What is our own fault is logged already, as it was told.
  throw new NotNow(error.message, retryAfterMs);
}

/** What an event needs to be told. */
interface Telling {
  /** Waits until there is room for one more event, or until the signal: nothing is told then any more. */
  readonly room: (ended: AbortSignal) => Promise<void>;
  /** Nothing where the signal came before its turn did. */
  readonly show: (event: unknown, ended: AbortSignal) => Promise<FormattedExecutionResult>;
  /** What is told last where its source ended with that. */
  readonly end: (failure: Failure) => FormattedExecutionResult;
}

/** The events of a source, as they are told. Unlike a generator's, its `return()` frees the source at once, whatever is awaited. */
export class Events implements AsyncGenerator<FormattedExecutionResult, undefined, undefined> {
  private readonly ending = new AbortController();
  /** Once nobody is told anything any more, for whatever reason. */
  readonly ended = new Promise<void>((resolve) =>
    this.ending.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  /** The first one has its room from the operation that asked for it. */
  private hasRoom = true;

  constructor(
    private readonly source: AsyncIterator<unknown>,
    private readonly telling: Telling,
  ) {}

  async next(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    const { room, show, end } = this.telling;
    try {
      // Before it is taken out of its source: what waits there for room is the newest by then, or keeps its place.
      const { signal } = this.ending;
      if (!this.hasRoom) await room(signal);
      this.hasRoom = false;
      const event: IteratorResult<unknown, unknown> = await this.source.next();
      return event.done ? await this.return() : { value: await show(event.value, signal), done: false };
    } catch (error) {
      // Whoever reads it takes a stream that throws for one that has ended.
      await this.return();
      if (error instanceof Failure && OVER.has(error.code)) return { value: end(error), done: false };
      throw error;
    }
  }

  async return(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    this.ending.abort();
    await this.source.return?.();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
