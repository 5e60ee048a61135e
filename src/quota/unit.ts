import type { ScopeBook } from './book.js';
import type { Scope } from './counter.js';
import type { Ask } from './ask.js';
import type { HoldsWill } from './limit.js';
import type { Reason, Rule } from './rule.js';
import type { Instant } from './window.js';

export type { HoldsWill };

/** The books of the scopes that a request counts at. */
export type Books = (scope: Scope) => ScopeBook;

/** What is judged: a request at an instant, on the books as they stand then. */
export interface Case {
  readonly ask: Ask;
  readonly books: Books;
  readonly at: Instant;
}

/**
 * A kind of rule, each in a small file of src/quota/rules: which rules a request is under, and what a person should know
 * although it is allowed. A unit that a request has nothing to do with answers with none.
 */
export interface Unit {
  readonly rules: (judged: Case, holdsWill: HoldsWill) => readonly Rule[];
  readonly warnings: (judged: Case) => readonly Reason[];
}
