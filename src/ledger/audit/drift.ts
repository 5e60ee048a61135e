/** Something that the books say of themselves and the ledger does not bear out. */
export interface Drift {
  readonly agencyId: string;
  /** Where: a scope and counter, or a table. */
  readonly what: string;
  readonly kept: string;
  readonly counted: string;
}

/** What a counter says, as the ledger bears it out. */
export interface Counted {
  readonly used: number;
  readonly first: number | null;
}
