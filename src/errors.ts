/** What a caller may be told. Everything else is masked as INTERNAL and logged. */

/** The codes of top-level errors; `docs/contract.graphql` says when each is used. */
export type FailureCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'THROTTLED'
  | 'COST_EXCEEDED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** A failure whose message is written for the caller. Thrown; one function turns it into the answer. */
export class Failure extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    /** For THROTTLED and UNAVAILABLE: when it is worth asking again, in milliseconds. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

/**
 * Too much is open already, or waits for what changes: that passes where something of it ends, and not by itself. Whoever has
 * other things open is told, and keeps those.
 */
export class TooManyOpen extends Failure {
  constructor(message: string, retryAfterMs: number) {
    super('THROTTLED', message, retryAfterMs);
  }
}

/** A text that is too long for what is left to pay its reading with: it is no subscription, and nothing of it is looked at. */
export class TooLongForNow extends Failure {
  constructor(message: string, retryAfterMs: number) {
    super('THROTTLED', message, retryAfterMs);
  }
}

/** What is planned, or ordinary, and passes: it is worth asking again, and there is nothing that anybody would have to look at. */
export class NotNow extends Failure {
  constructor(message: string, retryAfterMs: number) {
    super('UNAVAILABLE', message, retryAfterMs);
  }
}

/** Whoever asks while the process is about to end. */
export class Stopping extends NotNow {
  constructor(retryAfterMs: number) {
    super('The server is stopping.', retryAfterMs);
  }
}

/** Why the process can't go on, in one line that says what to do. The process prints it and exits with 1. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

export type UserErrorCode =
  | 'NOT_FOUND'
  | 'INVALID'
  | 'TAKEN'
  | 'SEAT_ALLOWANCE_REACHED'
  | 'ABOVE_CEILING'
  | 'WRONG_STATE'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'RESERVATION_EXPIRED'
  | 'RESERVATION_RESOLVED'
  | 'FORBIDDEN_FOR_ROLE'
  | 'APPROVAL_REQUIRED'
  | 'NOT_LOOKED_AT';

/** An outcome that the caller should plan for, returned, never thrown: the payload's `userErrors`. */
export class Refusal {
  constructor(
    readonly code: UserErrorCode,
    readonly message: string,
    /** The path of what is wrong, from `input` or `inputs.N` down. */
    readonly field: readonly string[] | null = null,
    /** What is wrong besides, where all of it is told at once. */
    readonly others: readonly Refusal[] = [],
  ) {}

  /** The same, of an input that stands elsewhere: `inputs.3` in place of `input`. */
  under(...path: readonly string[]): Refusal {
    const field = this.field?.[0] === 'input' ? [...path, ...this.field.slice(1)] : this.field;
    const others = this.others.map((other) => other.under(...path));
    return new Refusal(this.code, this.message, field, others);
  }
}

/** One refusal that tells them all; null where there is none. */
export function together([first, ...others]: readonly Refusal[]): Refusal | null {
  return first ? new Refusal(first.code, first.message, first.field, others) : null;
}

/** A refusal of one field of the input: `refuse('INVALID', 'holdSeconds is 30 to 86400.', 'holdSeconds')`. */
export function refuse(code: UserErrorCode, message: string, ...field: string[]): Refusal {
  return new Refusal(code, message, field.length > 0 ? ['input', ...field] : null);
}
