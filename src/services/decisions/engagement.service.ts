import { Failure, refuse, Refusal } from '../../errors.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { EngageInput, EngagementResult } from '../../ledger/requests.js';
import type { EngagementKind } from '../../quota/words.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { checkAll } from '../checks.js';
import { checkIdempotencyKey, idempotencyKey, refuseKeyOfTouch } from './idempotency-key.js';
import { readRecipient } from './recipient-input.js';

/** Something that a person did in answer, as a caller tells it; ids as uuids. */
export interface EngagementTerms {
  readonly seatId: string;
  readonly recipientProfileUrl: string;
  readonly kind: EngagementKind;
  readonly occurredAt: number;
  readonly reservationId?: string | null;
  readonly idempotencyKey: string;
}

export interface Engaged {
  readonly results: readonly EngagementResult[];
  /** Of all of them together. */
  readonly creditsReturned: number;
}

const ENGAGEMENTS_MAX = 1_000;

/** What people did in answer to what was sent. */
export class EngagementService {
  constructor(
    private readonly ledger: Ledger,
    private readonly fingerprints: Fingerprints,
  ) {}

  /** All or nothing. Throws BAD_USER_INPUT for too many inputs. */
  async record(viewer: Viewer, engagements: readonly EngagementTerms[]): Promise<Engaged | Refusal> {
    if (engagements.length > ENGAGEMENTS_MAX) {
      throw new Failure(
        'BAD_USER_INPUT',
        `\`inputs\` are ${ENGAGEMENTS_MAX} at most, not ${engagements.length}.`,
      );
    }
    const inputs: EngageInput[] = [];
    for (const [index, engagement] of engagements.entries()) {
      const input = this.read(viewer, engagement);
      if (input instanceof Refusal) return input.under('inputs', String(index));
      inputs.push(input);
    }
    const answer = await this.ledger.ask({ kind: 'ENGAGE', viewer, inputs });
    if (answer instanceof Refusal) return answer;
    const { results } = answer;
    return {
      results,
      creditsReturned: results.reduce((sum, { creditsReturned }) => sum + creditsReturned, 0),
    };
  }

  private read(viewer: Viewer, engagement: EngagementTerms): EngageInput | Refusal {
    const { seatId, kind, occurredAt } = engagement;
    const wrong = checkAll(
      checkIdempotencyKey(engagement.idempotencyKey),
      refuseKeyOfTouch(engagement.idempotencyKey),
      occurredAt < 0 ? refuse('INVALID', 'occurredAt is before 1970.', 'occurredAt') : null,
    );
    if (wrong) return wrong;
    const profileUrl = engagement.recipientProfileUrl;
    const recipient = readRecipient(this.fingerprints, viewer.agencyId, { profileUrl });
    if (recipient instanceof Refusal) {
      const message = 'recipientProfileUrl is no address of a LinkedIn profile.';
      return refuse(recipient.code, message, 'recipientProfileUrl');
    }
    return {
      seatId,
      kind,
      occurredAt,
      recipient,
      reservationId: engagement.reservationId ?? null,
      idempotency: idempotencyKey(this.fingerprints, viewer.agencyId, 'ENGAGEMENT', engagement, {}),
    };
  }
}
