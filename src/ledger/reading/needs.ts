import type { EntriesNeed } from '../../quota/rules/limit.rule.js';
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
