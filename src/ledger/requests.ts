import type { Refusal } from '../errors.js';
import type { Instant } from '../quota/window.js';
import type { TextMarks } from '../quota/text.js';
import type { Action, ConnectionDegree, EngagementKind, ReleaseReason } from '../quota/words.js';
import type { VersionedFingerprint } from '../tenancy/fingerprint.js';
import type { TextSealing } from '../tenancy/text-vault.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { DecisionRecord } from './decision-record.js';
import type { UnaskedSendOf } from './hindsight/past-ask.js';
import type { ReservationFacts } from './reading/facts.js';
import type { RecipientKey } from './people/recipients.js';
import type { EmployerKey } from './people/employers.js';

/** What the ledger is asked, and what it answers. Ids are uuids, instants epoch milliseconds. */

/** A person, by keyed fingerprint; what else is known is kept where the person is new. */
export interface Recipient {
  readonly key: RecipientKey;
  /** Others may know the same person by another one: each client account is told its own. */
  readonly profileUrl: string | null;
  readonly name: string | null;
  readonly company: string | null;
  readonly companyDomain: string | null;
  /** Of the company and the domain. */
  readonly employers?: readonly EmployerKey[];
}

export interface IdempotencyKey {
  readonly key: string;
  /** Of the input that came with it. */
  readonly fingerprint: Buffer;
  readonly fingerprintVersion: number;
  /** Of the same input under older secrets, by which it may have been kept. */
  readonly older?: readonly VersionedFingerprint[];
}

/** Whether what was kept under a key is of the input that comes with it now, by whichever secret it was kept. */
export function isSameInput(
  kept: { readonly fingerprint: Buffer; readonly fingerprintVersion: number },
  { fingerprint, fingerprintVersion: version, older = [] }: IdempotencyKey,
): boolean {
  const now = [{ version, fingerprint }, ...older].find((made) => made.version === kept.fingerprintVersion);
  return now?.fingerprint.equals(kept.fingerprint) === true;
}

/** What `previewDecision` and `reserve` have in common. */
export interface Question {
  readonly seatId: string;
  readonly action: Action;
  readonly noted: boolean;
  readonly campaignId: string | null;
  /** An answer in a conversation that the recipient wrote in. */
  readonly isReply: boolean;
  /** How the seat stands to the recipient, by the caller's word. */
  readonly degree: ConnectionDegree;
  /** The recipient takes free messages from anyone, by the caller's word. */
  readonly openProfile: boolean;
  /** Judged by the recommended numbers, as a plan is; left out, by those in force. */
  readonly isPlanned?: boolean;
  /** What is known of the text, where one was handed over. */
  readonly text?: TextMarks | null;
}

export interface ReserveRequest extends Question {
  readonly kind: 'RESERVE';
  readonly viewer: Viewer;
  readonly recipient: Recipient;
  readonly holdSeconds: number;
  /** Seals the text, for an agency that keeps texts; left out where there is none, or no key. The books hold no text. */
  readonly sealText?: TextSealing | null;
  readonly idempotency: IdempotencyKey;
}

export type ReserveAnswer =
  | { readonly decision: DecisionRecord; readonly replayed: boolean }
  /** The key was answered before; the decision of this id is to be told again. */
  | { readonly replayOf: string }
  | Refusal;

export interface CommitRequest {
  readonly kind: 'COMMIT';
  readonly viewer: Viewer;
  readonly reservationId: string;
  /** Null: now. */
  readonly sentAt: Instant | null;
}

export interface ReleaseRequest {
  readonly kind: 'RELEASE';
  readonly viewer: Viewer;
  readonly reservationId: string;
  readonly because: ReleaseReason;
}

export type ReservationAnswer = ReservationFacts | Refusal;

/** Something that was done elsewhere. */
export interface RecordInput {
  readonly seatId: string;
  readonly action: Action;
  readonly noted: boolean;
  readonly recipient: Recipient | null;
  /** 1 where there is a recipient. */
  readonly count: number;
  readonly occurredAt: Instant;
  readonly source: string | null;
  readonly reservationId: string | null;
  readonly idempotency: IdempotencyKey;
}

export interface RecordRequest {
  readonly kind: 'RECORD';
  readonly viewer: Viewer;
  /** All or nothing. */
  readonly inputs: readonly RecordInput[];
}

export type RecordAnswer =
  | {
      readonly recorded: number;
      readonly alreadyKnown: number;
      /** What is new in the books, as it was put there: of a record that names a reservation, that one tells. */
      readonly newSends: readonly UnaskedSendOf[];
      /** Of each input, whether it was sent with a note: the reservation that it names tells. */
      readonly noted: readonly boolean[];
    }
  | Refusal;

export interface VoidRequest {
  readonly kind: 'VOID';
  readonly viewer: Viewer;
  readonly activityIds: readonly string[];
  /** A keyed fingerprint of the reason: the books hold no text. */
  readonly reasonFingerprint: string;
}

export type VoidAnswer = { readonly voided: number } | Refusal;

/** Something that a person did in answer to a seat. */
export interface EngageInput {
  readonly seatId: string;
  readonly recipient: Recipient;
  readonly kind: EngagementKind;
  readonly occurredAt: Instant;
  readonly reservationId: string | null;
  readonly idempotency: IdempotencyKey;
}

export interface EngageRequest {
  readonly kind: 'ENGAGE';
  readonly viewer: Viewer;
  /** All or nothing. */
  readonly inputs: readonly EngageInput[];
}

export interface EngagementResult {
  /** It belongs to a send that is in the books. */
  readonly matched: boolean;
  readonly creditsReturned: number;
  readonly alreadyKnown: boolean;
}

export type EngageAnswer = { readonly results: readonly EngagementResult[] } | Refusal;

/** Looks what time alone did to some seats: it decides nothing, and tells what is due. */
export interface SweepRequest {
  readonly kind: 'SWEEP';
  readonly viewer: Viewer;
  readonly seatIds: readonly string[];
}

export interface SweepAnswer {
  readonly raised: number;
}

export type LedgerRequest =
  | ReserveRequest
  | CommitRequest
  | ReleaseRequest
  | RecordRequest
  | VoidRequest
  | EngageRequest
  | SweepRequest;

/** What a request of a kind is answered with. */
export interface AnswerOf {
  readonly RESERVE: ReserveAnswer;
  readonly COMMIT: ReservationAnswer;
  readonly RELEASE: ReservationAnswer;
  readonly RECORD: RecordAnswer;
  readonly VOID: VoidAnswer;
  readonly ENGAGE: EngageAnswer;
  readonly SWEEP: SweepAnswer;
}
