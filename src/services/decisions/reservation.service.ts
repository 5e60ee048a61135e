import { checkHoldSeconds, HOLD_SECONDS_DEFAULT } from './hold-seconds.js';
import { Failure, refuse, Refusal } from '../../errors.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import type { DecisionRecord } from '../../ledger/decision-record.js';
import {
  listDecisions,
  listReservations,
  readDecisions,
  readReservationRecords,
  reservationRecord,
  type DecisionFilter,
  type HistoryFilter,
  type ReservationRecord,
} from '../../ledger/told/history.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import type { PlanQuestion } from '../../ledger/told/plan-at-desk.js';
import { readRecipients } from '../../ledger/people/recipients.js';
import { normalizeProfileUrl } from '../../imports/profile-url.js';
import type { ReservationAnswer, ReserveRequest } from '../../ledger/requests.js';
import type { SendPlan } from '../../quota/plan-sends.js';
import type { ReservationStatus } from '../../quota/words.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { TextSealing, TextVault } from '../../tenancy/text-vault.js';
import { systemViewer, type Viewer } from '../../tenancy/viewer.js';
import { BusyWork } from '../busy-work.js';
import { requirePermission } from '../members/access.js';
import { checkAll } from '../checks.js';
import { decided, heldBy, isLeftAlone, type Decided } from './decided.js';
import { checkIdempotencyKey, idempotencyKey, refuseKeyOfTouch } from './idempotency-key.js';
import { afterId, byId, pageOf, type Page, type PageAsked } from '../page.js';
import type { PreviewCap } from './preview-cap.js';
import {
  PLANNED_MAX,
  questionOf,
  type DecisionTerms,
  type ReservedHow,
  type ReserveTerms,
} from './decision.terms.js';
import { readRecipient, recipientKey } from './recipient-input.js';
import { TextLooks } from './text-looks.js';
import { checkMessage } from './text-marks.js';

/** The id that no person has. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** As the contract has them: told or left out, they are the same input. */
const RESERVE_DEFAULTS = {
  degree: 'UNKNOWN',
  openProfile: false,
  withNote: false,
  isReply: false,
  holdSeconds: HOLD_SECONDS_DEFAULT,
};

interface ReservationParts {
  /** Null where previews are not limited. */
  readonly previewCap: PreviewCap | null;
  /** Null where no texts can be kept. */
  readonly textVault: TextVault | null;
}

/** Asks the ledger whether something may be sent, and what came of it. */
export class ReservationService {
  private readonly texts: TextLooks;
  /** A page of decisions, each with the hundreds of limits that it was held to, takes a tenth of a second to be taken in. */
  private readonly reading = new BusyWork();

  constructor(
    private readonly ledger: Ledger,
    private readonly reader: LedgerReader,
    private readonly fingerprints: Fingerprints,
    private readonly parts: ReservationParts,
  ) {
    this.texts = new TextLooks(fingerprints);
  }

  /** Decides, and holds room where it is allowed. Refuses only what can't be decided. */
  async reserve(viewer: Viewer, terms: ReserveTerms, how: ReservedHow = {}): Promise<Decided | Refusal> {
    const request = await this.requestOf(viewer, terms, how);
    return request instanceof Refusal ? request : this.ask(request);
  }

  /** What is asked of the ledger, once the text was looked at. */
  private async requestOf(
    viewer: Viewer,
    terms: ReserveTerms,
    { isPlanned = false, sameAs }: ReservedHow = {},
  ): Promise<ReserveRequest | Refusal> {
    const holdSeconds = terms.holdSeconds ?? HOLD_SECONDS_DEFAULT;
    const { idempotencyKey: key } = terms;
    const wrong = checkAll(
      checkIdempotencyKey(key),
      sameAs ? null : refuseKeyOfTouch(key),
      checkHoldSeconds(holdSeconds),
      checkMessage(terms.message),
    );
    if (wrong) return wrong;
    const recipient = readRecipient(this.fingerprints, viewer.agencyId, terms.recipient);
    if (recipient instanceof Refusal) return recipient;
    return {
      kind: 'RESERVE',
      viewer,
      ...questionOf(terms),
      text: await this.texts.marksOf(viewer, terms),
      sealText: this.sealingOf(terms),
      recipient,
      holdSeconds,
      isPlanned,
      idempotency: sameAs
        ? idempotencyKey(
            this.fingerprints,
            viewer.agencyId,
            'RESERVE',
            { ...sameAs, idempotencyKey: key },
            {},
          )
        : idempotencyKey(this.fingerprints, viewer.agencyId, 'RESERVE', terms, RESERVE_DEFAULTS),
    };
  }

  private async ask(request: ReserveRequest): Promise<Decided | Refusal> {
    const answer = await this.ledger.ask(request);
    if (answer instanceof Refusal) return answer;
    if ('replayOf' in answer) return this.replay(request.viewer, answer.replayOf);
    return decided(answer.decision, request.recipient);
  }

  /** Each by itself and in order; one that is wrong spoils no other. What one tells of a person may give back what one before it held. */
  async reserveMany(viewer: Viewer, many: readonly ReserveTerms[]): Promise<(Decided | Refusal)[]> {
    const requests = await Promise.all(many.map((terms) => this.requestOf(viewer, terms)));
    const answers = await Promise.all(
      requests.map(async (request) => (request instanceof Refusal ? request : this.ask(request))),
    );
    const ids = answers.some(isLeftAlone) ? answers.flatMap((one) => heldBy(one)?.id ?? []) : [];
    if (ids.length === 0) return answers;
    const records = await this.reader.read(viewer, (transaction, at) =>
      readReservationRecords(transaction, viewer, ids, at),
    );
    const ended = byId(records);
    return answers.map((one) => {
      const reservation = ended.get(heldBy(one)?.id ?? '');
      return one instanceof Refusal || !reservation ? one : { ...one, reservation };
    });
  }

  /** The same answer as reserve would give now. Throws FORBIDDEN, NOT_FOUND, BAD_USER_INPUT, or THROTTLED. */
  async preview(viewer: Viewer, terms: DecisionTerms): Promise<Decided> {
    requirePermission(viewer, 'previewDecision');
    const recipient =
      checkMessage(terms.message) ?? readRecipient(this.fingerprints, viewer.agencyId, terms.recipient);
    if (recipient instanceof Refusal) throw new Failure('BAD_USER_INPUT', recipient.message);
    const question = { ...questionOf(terms), text: await this.texts.marksOf(viewer, terms) };
    const decision = await this.reader.preview(viewer, question, recipient);
    // By the instant of the answer, and only where there is one: what can't be decided tells of nobody.
    await this.parts.previewCap?.count(viewer, recipient.key, decision.decidedAt);
    return { decision, replayed: false, reservation: null, profileUrl: recipient.profileUrl };
  }

  /**
   * What a claim would be answered, asked by ourselves: nobody is told, and no preview is counted. Throws NOT_FOUND and BAD_USER_INPUT as
   * preview does.
   */
  async foresee(agencyId: string, terms: DecisionTerms): Promise<DecisionRecord> {
    const recipient = readRecipient(this.fingerprints, agencyId, terms.recipient);
    if (recipient instanceof Refusal) throw new Failure('BAD_USER_INPUT', recipient.message);
    const question = { ...questionOf(terms), isPlanned: true };
    return this.reader.preview(systemViewer(agencyId, 'queue'), question, recipient);
  }

  /** When sends of a seat could go out. Throws FORBIDDEN, NOT_FOUND, or BAD_USER_INPUT. */
  async planSends(viewer: Viewer, asked: PlanQuestion): Promise<SendPlan> {
    requirePermission(viewer, 'planSends');
    const { count, from, until } = asked;
    if (!Number.isInteger(count) || count < 1 || count > PLANNED_MAX) {
      throw new Failure('BAD_USER_INPUT', `\`count\` is 1 to ${PLANNED_MAX}.`);
    }
    if (from !== null && until <= from) {
      throw new Failure('BAD_USER_INPUT', '`until` is not after `from`.');
    }
    return this.reader.planSends(viewer, asked);
  }

  commit(
    viewer: Viewer,
    terms: { readonly reservationId: string; readonly sentAt?: number | null },
  ): Promise<ReservationRecord | Refusal> {
    const { reservationId, sentAt } = terms;
    return resolved(this.ledger.ask({ kind: 'COMMIT', viewer, reservationId, sentAt: sentAt ?? null }));
  }

  /** Newest first. A person who is not known has no decisions. */
  async listDecisions(
    viewer: Viewer,
    filter: Omit<DecisionFilter, 'afterId' | 'rows' | 'recipientIds'> & {
      readonly recipientProfileUrl: string | null;
    },
    asked: PageAsked,
  ): Promise<Page<DecisionRecord>> {
    const { recipientProfileUrl, ...rest } = filter;
    const page = { afterId: afterId(asked), rows: asked.rows + 1 };
    const read = async (transaction: LedgerTransaction): Promise<DecisionRecord[]> => {
      if (recipientProfileUrl === null)
        return listDecisions(transaction, viewer, { ...rest, ...page, recipientIds: null });
      const profileUrl = normalizeProfileUrl(recipientProfileUrl);
      if (profileUrl === null)
        throw new Failure('BAD_USER_INPUT', '`recipientProfileUrl` is no address of a LinkedIn profile.');
      const { agencyId } = viewer;
      const key = recipientKey(this.fingerprints, agencyId, profileUrl);
      const [recipient] = await readRecipients(transaction, [{ agencyId, key }]);
      // By the same statements for whom others alone know as for whom nobody does: else the time that it takes would tell.
      const recipientIds = [...new Set(recipient?.ids ?? [NOBODY])];
      return listDecisions(transaction, viewer, { ...rest, ...page, recipientIds });
    };
    const found = await this.reading.run(viewer, () => this.reader.read(viewer, read));
    return pageOf(found, asked, ({ id }) => [id]);
  }

  /** Newest hold first. */
  async listReservations(
    viewer: Viewer,
    filter: Omit<HistoryFilter, 'afterId' | 'rows'> & {
      readonly statuses: readonly ReservationStatus[] | null;
    },
    asked: PageAsked,
  ): Promise<Page<ReservationRecord>> {
    const page = { afterId: afterId(asked), rows: asked.rows + 1 };
    const found = await this.reader.read(viewer, (transaction, at) =>
      listReservations(transaction, viewer, { ...filter, ...page }, at),
    );
    return pageOf(found, asked, ({ id }) => [id]);
  }

  decisionsByIds(viewer: Viewer, ids: readonly string[]): Promise<DecisionRecord[]> {
    return this.reader.read(viewer, (transaction) => readDecisions(transaction, viewer, ids));
  }

  reservationsByIds(viewer: Viewer, ids: readonly string[]): Promise<ReservationRecord[]> {
    return this.reader.read(viewer, (transaction, at) =>
      readReservationRecords(transaction, viewer, ids, at),
    );
  }

  /** For an agency that keeps texts: whether it does is known with the decision. */
  private sealingOf({ message }: DecisionTerms): TextSealing | null {
    const { textVault } = this.parts;
    if (!message || !textVault) return null;
    return textVault.sealing({ subject: message.subject ?? null, body: message.body });
  }

  /** An answer again, with what became of its hold since. */
  async replay(viewer: Viewer, decisionId: string): Promise<Decided | Refusal> {
    const [decisions, reservations] = await this.reader.read(viewer, (transaction, at) =>
      Promise.all([
        readDecisions(transaction, viewer, [decisionId]),
        readReservationRecords(transaction, viewer, [decisionId], at),
      ]),
    );
    const [decision] = decisions;
    // Of a seat that came from another client account: what was answered there is not for this one.
    if (!decision) {
      const message = 'This key was used before, with another input.';
      return refuse('IDEMPOTENCY_KEY_REUSED', message, 'idempotencyKey');
    }
    return { decision, replayed: true, reservation: reservations[0] ?? null, profileUrl: null };
  }
}

/** What a resolution answers: a resolved reservation is what its resolution says at any instant. */
export async function resolved(answer: Promise<ReservationAnswer>): Promise<ReservationRecord | Refusal> {
  const facts = await answer;
  return facts instanceof Refusal ? facts : reservationRecord(facts, facts.expiresAt);
}
