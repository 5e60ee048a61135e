import type { IdKind } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import type { Api } from '../support/api.js';

/** What an object has become: a hold sent or released, a seat removed, a member who has a second factor. */
export type Use = 'LIVE' | 'SENT' | 'RELEASED' | 'REMOVED' | 'SECURED' | 'READY' | 'LAUNCHED' | 'CLAIMED';

/** What things are made on: an agency, and whoever takes what else they need of it. */
export interface Ground {
  /** What all of its texts hold. */
  readonly canary: string;
  readonly api: Api;
  readonly agency: SeededAgency;
  readonly key: string;
  /** Who has claimed what is to be claimed. */
  readonly claimant: string;
  take(kind: IdKind, use?: Use): Promise<string>;
  /** Whose a hold or a campaign is. */
  seatOf(id: string): string | null;
}
