import type { EntriesNeed } from '../../quota/entries-needed.js';
import type { AgencyCreditNeeds } from '../credits/credit-loading.js';
import type { Whereabouts } from './facts.js';
import type { InvitationNeeds } from '../invitations/invitation-reading.js';
import type { ContactQuestion } from '../people/pooled-contacts.js';
import type { ResponseQuestion } from '../invitations/response-reading.js';
import type { SumQuestion } from './scopes.js';
import type { DayQuestion } from '../alerts/seat-days.js';
import type { SeatRef } from './standing.js';

/** What a pass could not go on without. */
export interface Needs {
  readonly sums: readonly SumQuestion[];
  readonly entries: readonly (EntriesNeed & { readonly agencyId: string })[];
  readonly whereabouts: readonly Whereabouts[];
  readonly seats: readonly SeatRef[];
  readonly credits: readonly AgencyCreditNeeds[];
  readonly days: readonly DayQuestion[];
  readonly contacts: readonly ContactQuestion[];
  readonly invitations: readonly InvitationNeeds[];
  readonly responses: readonly ResponseQuestion[];
}

/** What a request can't be decided without, found out on the way: it is read, and all is decided again. */
export class Missing extends Error {
  constructor(
    readonly tallies: readonly SumQuestion[],
    readonly whereabouts: readonly Whereabouts[] = [],
    /** Besides those that the requests name. */
    readonly seats: readonly SeatRef[] = [],
    readonly days: readonly DayQuestion[] = [],
  ) {
    super('The batch needs to read on.');
  }
}
