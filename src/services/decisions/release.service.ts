import type { Refusal } from '../../errors.js';
import type { ReservationRecord } from '../../ledger/told/history.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { ReleaseReason } from '../../quota/words.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { resolved } from './reservation.service.js';
import type { RestrictionService } from '../seats/restriction.service.js';

interface ReleaseTerms {
  readonly reservationId: string;
  readonly because?: ReleaseReason | null;
  /** A notice is told as well where the hold has lapsed, or was committed. */
  readonly isToldLate?: boolean;
}

/** Holds that were not sent, or of which nobody knows. */
export class ReleaseService {
  constructor(
    private readonly ledger: Ledger,
    private readonly restrictions: RestrictionService,
  ) {}

  /** Gives the room back; with a notice of LinkedIn's it is a restriction besides, which changes what others are judged by. */
  release(viewer: Viewer, terms: ReleaseTerms): Promise<ReservationRecord | Refusal> {
    const { reservationId, because, isToldLate } = terms;
    if (because === 'LINKEDIN_LIMIT_NOTICE') {
      return resolved(this.restrictions.releaseWithNotice(viewer, reservationId, isToldLate));
    }
    const request = { kind: 'RELEASE', viewer, reservationId, because: because ?? 'NOT_SENT' } as const;
    return resolved(this.ledger.ask(request));
  }
}
