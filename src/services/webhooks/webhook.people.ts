import type { EntityManager } from 'typeorm';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { FIRST_ID, listEngagements } from '../../ledger/told/engagements-told.js';
import type { StepKind } from '../../outreach/campaign/steps.js';
import type { Instant } from '../../quota/window.js';
import type { Action, EngagementKind, WebhookEventKind } from '../../quota/words.js';
import { seesWhole, type Viewer } from '../../tenancy/viewer.js';
import { kindOf } from '../campaigns/queue.terms.js';
import { readEnrolled } from '../campaigns/enrolment.rows.js';
import { stepOf } from '../campaigns/touch.book.js';
import { readSent } from '../campaigns/touch.facts.js';
import { listTouchEnds, type TouchEnd } from '../campaigns/touch.ends.js';
import { readTouches, reservationsOf, type Touch } from '../campaigns/touch.rows.js';
import type { Telling } from './webhook.delivery.js';
import type { Subscription } from './webhook.subscription.js';

/**
 * What endpoints are told of people: touches that ended, and answers. A delivery has the id of it alone. Whom it is about is read
 * when it is sent, and stands nowhere: so nothing has to be erased here, and whoever was erased is told without a name.
 */

/** Whom something is about, as the list of its client account has them at this moment. */
export interface Person {
  /** Null where the person was erased, or an archive named them without it. */
  readonly profileUrl: string | null;
  readonly isErased: boolean;
  /** Null where they are on the client account's list no more. */
  readonly prospectId: string | null;
  /** The receiver's own reference, by the field of the list that holds it. */
  readonly prospectRef: string | null;
}

export interface EndedTouch extends Pick<
  Touch,
  'id' | 'campaignId' | 'seatId' | 'step' | 'variant' | 'reservationId' | 'endedBecause'
> {
  readonly state: TouchEnd;
  readonly clientAccountId: string;
  readonly kind: StepKind;
  readonly action: Action;
  /** When it went out; null where it did not. */
  readonly sentAt: Instant | null;
  readonly endedAt: Instant;
  readonly person: Person;
}

export interface RecordedEngagement {
  readonly id: string;
  readonly kind: EngagementKind;
  readonly origin: 'REPORT' | 'IMPORT';
  readonly seatId: string;
  readonly clientAccountId: string;
  readonly campaignId: string | null;
  readonly reservationId: string | null;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly person: Person;
}

/** Touches, and engagements, that are looked at at once. */
const AT_ONCE = 200;

const EVENT_OF: Readonly<Record<TouchEnd, WebhookEventKind>> = {
  DONE: 'TOUCH_COMPLETED',
  SKIPPED: 'TOUCH_SKIPPED',
  FAILED: 'TOUCH_FAILED',
};

/** The next touches of the agency that ended: those that are the endpoint's, and how far that is. */
export async function nextTouchEnds(
  manager: EntityManager,
  { agencyId, clientAccountId, touchChanges, readTouch }: Subscription,
): Promise<{ readonly tellings: Telling[]; readonly readTouch: number; readonly isAll: boolean }> {
  if (!touchChanges) return { tellings: [], readTouch, isAll: true };
  const ended = await listTouchEnds(manager, agencyId, { after: readTouch, rows: AT_ONCE });
  return {
    tellings: ofClientAccount(clientAccountId, ended).map(({ id, state }): Telling => {
      return { event: EVENT_OF[state], subjectId: id };
    }),
    readTouch: ended.at(-1)?.number ?? readTouch,
    isAll: ended.length < AT_ONCE,
  };
}

/** The next engagements before `until`, an instant before which no more will be recorded: under the book. */
export async function nextEngagements(
  manager: EntityManager,
  { agencyId, clientAccountId, readEngagements: read }: Subscription,
  until: Instant,
): Promise<
  Pick<Subscription, 'readEngagements'> & { readonly tellings: Telling[]; readonly isAll: boolean }
> {
  const found = await listEngagements(manager, agencyId, { read, until, rows: AT_ONCE });
  const last = found.length < AT_ONCE ? null : found.at(-1);
  const isMoved = found.length > 0 || read.id !== FIRST_ID;
  return {
    tellings: ofClientAccount(clientAccountId, found).map(({ id }): Telling => {
      return { event: 'ENGAGEMENT', subjectId: id };
    }),
    // Where there was nothing, nothing is said of the time: it is looked at again. In the middle of an instant it does not stay.
    readEngagements: last ? { at: last.toldAt, id: last.id } : isMoved ? { at: until, id: FIRST_ID } : read,
    isAll: !last,
  };
}

function ofClientAccount<Row extends { readonly clientAccountId: string }>(
  clientAccountId: string | null,
  rows: readonly Row[],
): readonly Row[] {
  return rows.filter((row) => clientAccountId === null || row.clientAccountId === clientAccountId);
}

/** Null where the viewer sees no more of it. */
export async function readEndedTouch(
  manager: EntityManager,
  viewer: Viewer,
  id: string,
  refField: string | null,
): Promise<EndedTouch | null> {
  const { agencyId } = viewer;
  const transaction = await ledgerOn(manager);
  const [touch] = await readTouches(transaction, agencyId, [id]);
  const [enrolled] = touch ? await readEnrolled(transaction, agencyId, [touch.enrolmentId]) : [];
  if (!touch || !enrolled || !seesWhole(viewer, enrolled.clientAccountId)) return null;
  const { campaignId, seatId, variant, reservationId, endedBecause, endedAt } = touch;
  if (endedAt === null) throw new Error('A touch that ended has its instant.');
  const step = stepOf(enrolled, touch);
  const reservations = reservationsOf(touch);
  const sent = await readSent(transaction, agencyId, touch.state === 'DONE' ? reservations : []);
  const { clientAccountId, recipientId } = enrolled;
  const whose = { agencyId, clientAccountId, recipientId };
  return {
    ...{ id, campaignId, seatId, clientAccountId, variant, reservationId, endedBecause, endedAt },
    ...{ state: touch.state as TouchEnd, step: touch.step, kind: step.kind },
    action: kindOf(enrolled, touch, step).action,
    sentAt: reservations.flatMap((one) => sent.get(one) ?? [])[0] ?? null,
    person: await readPerson(manager, whose, refField),
  };
}

type EngagementRow = Omit<RecordedEngagement, 'person' | 'occurredAt' | 'recordedAt'> &
  Readonly<Record<'occurredAt' | 'recordedAt' | 'recipientId', string>>;

// By which address somebody was invited is told to the client account that invited them by that very one: to another one, whom it told of.
const OF_WHOM = `CASE WHEN e.told_recipient_id IS NULL OR EXISTS (SELECT 1 FROM charge c
  WHERE c.agency_id = e.agency_id AND c.recipient_id = e.recipient_id AND c.seat_id = e.seat_id
    AND c.client_account_id = e.client_account_id AND c.action = 'CONNECTION_REQUEST' AND c.effective_at <= e.occurred_at
    AND c.told_recipient_id IS NULL AND c.voids IS NULL)
  THEN e.recipient_id ELSE e.told_recipient_id END`;

/** Null where the viewer sees no more of it. What it answers may be a send of before the seat came to its client account: that one's business. */
export async function readRecordedEngagement(
  manager: EntityManager,
  viewer: Viewer,
  id: string,
  refField: string | null,
): Promise<RecordedEngagement | null> {
  const { agencyId, reach } = viewer;
  const [row] = await manager.query<EngagementRow[]>(
    `SELECT e.id, e.kind, e.origin, e.seat_id AS "seatId", e.client_account_id AS "clientAccountId",
       d.campaign_id AS "campaignId", d.id AS "reservationId", e.occurred_at AS "occurredAt",
       e.recorded_at AS "recordedAt", ${OF_WHOM} AS "recipientId"
     FROM engagement e LEFT JOIN decision d ON d.agency_id = e.agency_id AND d.id = e.reservation_id
       AND ($3::uuid[] IS NULL OR d.client_account_id = ANY ($3))
     WHERE e.agency_id = $1 AND e.id = $2`,
    [agencyId, id, reach?.clientAccountIds ?? null],
  );
  if (!row || !seesWhole(viewer, row.clientAccountId)) return null;
  const { recipientId, occurredAt, recordedAt, ...told } = row;
  const whose = { agencyId, clientAccountId: row.clientAccountId, recipientId };
  const person = await readPerson(manager, whose, refField);
  return { ...told, occurredAt: Number(occurredAt), recordedAt: Number(recordedAt), person };
}

interface Whose {
  readonly agencyId: string;
  readonly clientAccountId: string;
  readonly recipientId: string;
}

/** By the client account's own list, whatever another's says of the same person. */
async function readPerson(
  manager: EntityManager,
  { agencyId, clientAccountId, recipientId }: Whose,
  refField: string | null,
): Promise<Person> {
  const [found] = await manager.query<Person[]>(
    `SELECT coalesce(p.profile_url, r.told_as->>($2::uuid)::text, r.profile_url, m.profile_url) AS "profileUrl",
       r.erased_at IS NOT NULL OR m.erased_at IS NOT NULL AS "isErased",
       p.id AS "prospectId", p.custom->'fields'->>$4::text AS "prospectRef"
     FROM recipient r LEFT JOIN recipient m ON m.agency_id = r.agency_id AND m.id = r.merged_into
     LEFT JOIN LATERAL (SELECT * FROM prospect p WHERE p.agency_id = r.agency_id AND p.client_account_id = $2
       AND p.recipient_id IN (r.id, r.merged_into) ORDER BY p.recipient_id <> r.id LIMIT 1) AS p ON true
     WHERE r.agency_id = $1 AND r.id = $3`,
    [agencyId, clientAccountId, recipientId, refField],
  );
  if (!found) throw new Error('Whoever answered or was written to has a row.');
  return found.isErased ? { ...found, profileUrl: null, prospectId: null, prospectRef: null } : found;
}
