import { checkInputs, refuseInput, reused } from '../keyed-inputs.js';
import { Refusal } from '../../errors.js';
import { MATCH_WITHIN_MS } from '../../quota/matching.js';
import type { Instant } from '../../quota/window.js';
import { ACTIONS, type Action, type EngagementKind } from '../../quota/words.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import { creditsReturnedBy, needCreditsOf, type Answered } from '../credits/credit-requests.js';
import type { Desk } from '../desk.js';
import { recipientTold } from './employers-told.js';
import { checkReservation } from './engagement-checks.js';
import { engagementName, type EngagementKnown } from './engagement-facts.js';
import { optOut } from './opt-out.js';
import { personName } from './people-facts.js';
import { endsInvitation } from '../invitations/about-invitations.js';
import { refuseTooOften, type ToldOfPerson } from '../invitations/invited-often.js';
import type { EngageAnswer, EngageInput, EngageRequest, EngagementResult } from '../requests.js';
import { CLOCK_SLACK_MS } from '../resolve.js';
import { clientAccountToldOf, type Standing } from '../reading/standing.js';

/** What each kind of engagement answers. */
const ANSWERS: Record<EngagementKind, readonly Action[]> = {
  INVITATION_ACCEPTED: ['CONNECTION_REQUEST'],
  INVITATION_DECLINED: ['CONNECTION_REQUEST'],
  INVITATION_WITHDRAWN: ['CONNECTION_REQUEST'],
  REPLIED: ['CONNECTION_REQUEST', 'DIRECT_MESSAGE', 'INMAIL', 'OPEN_PROFILE_MESSAGE', 'GROUP_MESSAGE'],
  INMAIL_ACCEPTED: ['INMAIL'],
  INMAIL_DECLINED: ['INMAIL'],
  OPTED_OUT: ACTIONS,
};

type Told = Omit<EngagementKnown, 'id' | 'recordedAt'> & { readonly recordedAt?: Instant };

/** An answer in the books, and whose it is. */
interface Known {
  readonly id: string;
  readonly clientAccountId?: string | undefined;
}

/** An input that may be recorded, with all that is known of it. */
interface Engagement {
  readonly viewer: Viewer;
  readonly input: EngageInput;
  readonly standing: Standing;
  readonly recipientId: string;
  readonly at: Instant;
  /** Whose it is. */
  readonly clientAccountId: string;
  readonly matched: boolean;
  /** Told before under its key, for the same client account. */
  readonly isAgain: boolean;
  /** What it is in the books already, of what the viewer sees; null where it is new. */
  readonly known: Known | null;
  /** What its InMail is looked for by: as the books have it, where they do; null where it is told again. */
  readonly told: Told | null;
}

/** Puts into the books what people did in answer. All or nothing; results in the order of the inputs. */
export function engage(desk: Desk, request: EngageRequest): EngageAnswer {
  const forbidden = desk.authorize(request.viewer, 'recordEngagement');
  if (forbidden) return forbidden;
  const engagements = checkInputs(request.inputs, (input, index) => check(desk, request, input, index));
  if (engagements instanceof Refusal) return engagements;
  desk.invitations.needPeople(invitedBy(desk, engagements));
  const tooOften = refuseTooOften(request.viewer, endsToldOf(desk, engagements), desk.people);
  if (tooOften) return tooOften;
  needCreditsOf(
    desk,
    engagements.flatMap((one) => answeredBy(desk, one)),
  );
  return { results: engagements.map((engagement) => recordOne(desk, engagement)) };
}

/** Whoever may have answered an invitation, by whichever address they were invited. */
function invitedBy(desk: Desk, engagements: readonly Engagement[]) {
  return engagements
    .filter(({ input: { kind }, known }) => known === null && endsInvitation(kind))
    .flatMap(({ input: { seatId }, recipientId: asked }) =>
      desk.people.idsOf(asked).map((recipientId) => ({ seatId, recipientId })),
    );
}

/** The answers that are new and end invitations: the same one told twice in a request is one. */
function endsToldOf(desk: Desk, engagements: readonly Engagement[]): ToldOfPerson[] {
  const before = new Map<string, Instant[]>();
  return engagements.flatMap((engagement, index): ToldOfPerson[] => {
    const { input, recipientId } = engagement;
    const { seatId, kind, occurredAt } = input;
    if (!endsInvitation(kind) || (engagement.known ?? ownOf(engagement, engagementsHere(desk, engagement))))
      return [];
    const recipientIds = desk.people.idsOf(recipientId);
    const name = `${seatId} ${kind} ${recipientIds.toSorted()[0]!}`;
    const told = before.get(name) ?? [];
    before.set(name, told);
    if (told.some((at) => Math.abs(at - occurredAt) <= MATCH_WITHIN_MS)) return [];
    told.push(occurredAt);
    return [{ seatId, recipientIds, what: 'endsTold', index, field: 'recipientProfileUrl' }];
  });
}

function check(
  desk: Desk,
  { viewer }: EngageRequest,
  input: EngageInput,
  index: number,
): Engagement | Refusal {
  const standing = desk.standing(viewer, input.seatId);
  if (!standing) return refuseInput(index, 'NOT_FOUND', 'There is no such seat.', 'seatId');
  const kept = desk.kept('ENGAGEMENT', input.idempotency);
  if (kept === 'REUSED') return reused(index);
  if (input.occurredAt - desk.at > CLOCK_SLACK_MS) {
    const message = 'occurredAt is more than five minutes in the future.';
    return refuseInput(index, 'INVALID', message, 'occurredAt');
  }
  const recipientId = recipientTold(desk, viewer, input.recipient, standing);
  const { reservationId } = input;
  const refusal =
    reservationId === null
      ? null
      : checkReservation(
          desk,
          viewer,
          { ...input, reservationId, recipientId, isKept: kept !== null },
          index,
        );
  if (refusal) return refusal;
  const at = instantOfAnswer(desk, viewer, input, recipientId);
  const clientAccountId = clientAccountToldOf(viewer, standing, at);
  desk.recipients.spell(recipientId, input.recipient, clientAccountId);
  const known = knownOf(desk, input, recipientId);
  // Under one key it is told for one client account: another one's tool that has the same key tells it for its own.
  const isAgain = kept !== null && known.some((one) => one.clientAccountId === clientAccountId);
  return {
    viewer,
    input,
    standing,
    recipientId,
    at,
    clientAccountId,
    matched: isOfKnownSend(desk, viewer, input, recipientId),
    isAgain,
    known: ownOf({ viewer, input }, known),
    told: isAgain ? null : (known[0] ?? { at, reservationId, clientAccountId }),
  };
}

/**
 * An answer that is told a little before what it answers came with it: clocks differ. By what the viewer sees: when it is kept as
 * shows when that was.
 */
function instantOfAnswer(desk: Desk, viewer: Viewer, input: EngageInput, recipientId: string): Instant {
  const { seatId, kind, occurredAt } = input;
  const told = Math.min(occurredAt, desk.at);
  const sends = desk.people
    .sendsBy(seatId, recipientId, ANSWERS[kind])
    .toSorted((one, other) => other.at - one.at);
  const sentAt = ownOf({ viewer, input }, sends)?.at ?? told;
  return sentAt > told && sentAt - told <= CLOCK_SLACK_MS ? sentAt : told;
}

/** Of some the first one that the viewer sees: whom a seat wrote to for others, and who answered them, is not told. */
function ownOf<One extends { readonly clientAccountId?: string | undefined }>(
  { viewer, input: { seatId } }: Pick<Engagement, 'viewer' | 'input'>,
  some: readonly One[],
): One | null {
  const isSeen = ({ clientAccountId }: One) =>
    clientAccountId !== undefined && sees(viewer, { seatId, clientAccountId });
  return some.find(isSeen) ?? null;
}

/** What the books have of it, the first one first. */
function knownOf(desk: Desk, input: EngageInput, recipientId: string): readonly EngagementKnown[] {
  const known = desk.loaded.engagements.get(engagementName(input, recipientId)) ?? [];
  return known.toSorted((one, other) => one.recordedAt - other.recordedAt);
}

function engagementsHere(desk: Desk, { input, recipientId }: Pick<Engagement, 'input' | 'recipientId'>) {
  return desk.people.engagementsHere(input.seatId, recipientId, input);
}

function isOfKnownSend(desk: Desk, viewer: Viewer, input: EngageInput, recipientId: string): boolean {
  const { seatId, kind, occurredAt, reservationId } = input;
  if (reservationId !== null && desk.sends.chargeOf(reservationId) !== null) return true;
  const sends = [
    ...(desk.loaded.firstSends.get(personName(seatId, recipientId)) ?? []),
    ...desk.people.sentHere(seatId, recipientId),
  ];
  const until = occurredAt + CLOCK_SLACK_MS;
  const answered = sends.filter(({ action, at }) => ANSWERS[kind].includes(action) && at <= until);
  return ownOf({ viewer, input }, answered) !== null;
}

function recordOne(desk: Desk, engagement: Engagement): EngagementResult {
  const { input, matched } = engagement;
  const here = engagement.known === null ? engagementsHere(desk, engagement) : [];
  const known: Known | null = engagement.known ?? ownOf(engagement, here);
  const bindsByRow = input.kind === 'OPTED_OUT' && !engagement.isAgain && optsOut(desk, engagement);
  const id = known && !bindsByRow ? known.id : write(desk, engagement);
  if (desk.kept('ENGAGEMENT', input.idempotency) === null) desk.keep('ENGAGEMENT', input.idempotency, id);
  // What the books knew may answer an InMail that was recorded since.
  const creditsReturned = here.length === 0 ? creditsOf(desk, engagement) : 0;
  return { matched, alreadyKnown: known !== null, creditsReturned };
}

/**
 * Nothing more goes out to the person. Answers whether that takes a row of its own, though it may be known: of what was said to the client
 * account since the seat is marked there is one, or whoever had the seat before would free it by taking theirs back.
 */
function optsOut(desk: Desk, engagement: Engagement): boolean {
  const { viewer, input, recipientId, clientAccountId } = engagement;
  const markedAt = optOut(desk, viewer.actor, engagement);
  const since = knownOf(desk, input, recipientId).filter(({ recordedAt }) => recordedAt >= markedAt);
  const told: readonly Known[] = [...since, ...engagementsHere(desk, engagement)];
  return told.every((one) => one.clientAccountId !== clientAccountId);
}

/** Gives the credits back. Answers how many, of those that the viewer sees. */
function creditsOf(desk: Desk, engagement: Engagement): number {
  const returned = answeredBy(desk, engagement).map((answer) => {
    const credits = creditsReturnedBy(desk, answer);
    return { clientAccountId: answer.clientAccountId, credits };
  });
  return returned.reduce((sum, one) => sum + (ownOf(engagement, [one])?.credits ?? 0), 0);
}

/** What it answers: the InMail on the reservation that it names, or else the newest one; none where there is none. */
function answeredBy(
  desk: Desk,
  { input, recipientId, told }: Engagement,
): (Answered & { readonly clientAccountId?: string | undefined })[] {
  if (told === null) return [];
  const { seatId, kind } = input;
  const { at, reservationId, recordedAt, clientAccountId } = told;
  if (reservationId !== null) return [{ send: { reservationId }, kind, occurredAt: at, clientAccountId }];
  const [newest, ...before] = desk.people.inMails(seatId, recipientId, at);
  if (newest === undefined) return [];
  const known = recordedAt === undefined ? null : { since: recordedAt, before: before.map(({ id }) => id) };
  const { id: chargeId, clientAccountId: whose } = newest;
  return [{ send: { chargeId }, kind, occurredAt: at, known, clientAccountId: whose }];
}

function write(desk: Desk, engagement: Engagement): string {
  const { input, at, clientAccountId, recipientId: told } = engagement;
  const { kind, seatId, reservationId } = input;
  const recipientId = endsInvitation(kind) ? desk.people.invitedAs(seatId, told) : told;
  const id = uuidAt(at);
  desk.writes.engagements.push({
    agency_id: desk.agencyId,
    id,
    seat_id: seatId,
    client_account_id: clientAccountId,
    recipient_id: recipientId,
    told_recipient_id: recipientId === told ? null : told,
    kind,
    origin: 'REPORT',
    occurred_at: at,
    earliest_at: null,
    reservation_id: reservationId,
    recorded_at: desk.at,
    recorded_by: engagement.viewer.actor,
  });
  desk.invitations.engaged({ seatId, recipientId, kind, at }, () =>
    desk.people.engaged(seatId, recipientId, { id, clientAccountId, kind, at, toldAt: input.occurredAt }),
  );
  if (kind === 'INVITATION_ACCEPTED') {
    // One row a seat and person, whatever their number in a batch.
    desk.writes.connections.set(`${seatId} ${recipientId}`, {
      agency_id: desk.agencyId,
      seat_id: seatId,
      recipient_id: recipientId,
      connected_at: at,
      learned_at: desk.at,
    });
  }
  return id;
}
