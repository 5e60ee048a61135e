import type { AuthorityRef } from './authority.js';
import type { EmployerKey } from '../people/employers.js';
import type { RecipientKey } from '../people/recipients.js';
import type { EngagementRef } from '../people/engagement-facts.js';
import type { PersonRef } from '../people/people-facts.js';
import type { SeatRef } from './standing.js';
import type { TextQuestion } from '../texts/text-sends.js';
import type { WritingsQuestion } from '../texts/writings.js';

/** What requests name, before anything is read. */
export interface Wants {
  readonly seats: readonly SeatRef[];
  readonly authorities: readonly AuthorityRef[];
  readonly keys: readonly { readonly agencyId: string; readonly key: string }[];
  /** Whoever is only to be known; of `people` more is read. */
  readonly recipients: readonly {
    readonly agencyId: string;
    readonly key: RecipientKey;
    /** That are told of them, where any are: whether these are marked is read as well. */
    readonly employers?: readonly EmployerKey[] | undefined;
  }[];
  readonly reservations: readonly { readonly agencyId: string; readonly id: string }[];
  /** Those that may be about to be committed. */
  readonly commits: readonly { readonly agencyId: string; readonly id: string }[];
  /** Those whose own send is asked for. */
  readonly recordedReservations: readonly { readonly agencyId: string; readonly id: string }[];
  readonly charges: readonly { readonly agencyId: string; readonly id: string }[];
  readonly sources: readonly { readonly agencyId: string; readonly name: string }[];
  readonly writings: readonly WritingsQuestion[];
  readonly texts: readonly TextQuestion[];
  readonly people: readonly PersonRef[];
  readonly engagements: readonly EngagementRef[];
}

export const NO_WANTS: Wants = {
  seats: [],
  authorities: [],
  keys: [],
  recipients: [],
  reservations: [],
  commits: [],
  recordedReservations: [],
  charges: [],
  sources: [],
  writings: [],
  texts: [],
  people: [],
  engagements: [],
};
