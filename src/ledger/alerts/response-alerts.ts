import {
  answeredInMails,
  isResponseArmed,
  isResponseLow,
  lowSince,
  responsesAt,
  responsesSince,
  responseTerms,
  type ResponseTerms,
  type SentInMail,
} from '../../quota/response-rate.js';
import { seatScope } from '../invitations/about-invitations.js';
import { isCrossed } from './crossings.js';
import type { Desk } from '../desk.js';
import { ANSWERS_INMAIL, ResponsesNeeded, type ResponsesRead } from '../invitations/response-reading.js';
import type { Standing } from '../reading/standing.js';

/** Raises what is due of the seats whose InMails a pass sent, took out, or heard an answer to. Throws ResponsesNeeded. */
export function raiseResponseAlerts(desk: Desk): void {
  const changed = seatsChanged(desk);
  raiseLowResponses(desk, changed, changed);
}

/**
 * Tells once of some seats that few of their InMails are answered: of `changed` ones now, of others since time alone made it
 * so. All that is missing is asked for at once. Throws ResponsesNeeded.
 */
export function raiseLowResponses(
  desk: Desk,
  seatIds: readonly string[],
  changed: readonly string[] = [],
): void {
  const judged = seatIds.flatMap((seatId) => {
    const standing = desk.loaded.standings.get(seatId);
    const terms = standing && responseTerms(standing.course.at(desk.at), standing.tier);
    return terms ? [{ standing, terms, read: desk.loaded.responses.get(seatId) }] : [];
  });
  const missing = judged.filter(({ read }) => !read);
  if (missing.length > 0) {
    const { agencyId } = desk;
    throw new ResponsesNeeded(
      missing.map(({ standing: { seatId }, terms }) => {
        return { agencyId, seatId, since: responsesSince(terms, desk.at) };
      }),
    );
  }
  for (const { standing, terms, read } of judged) {
    raiseLow(desk, standing, terms, {
      inMails: inMailsOf(desk, standing.seatId, read!),
      isChanged: changed.includes(standing.seatId),
    });
  }
}

function raiseLow(
  desk: Desk,
  { seatId, clientAccountId }: Standing,
  terms: ResponseTerms,
  { inMails, isChanged }: { readonly inMails: readonly SentInMail[]; readonly isChanged: boolean },
): void {
  const { sent, answered } = responsesAt(inMails, terms, desk.at);
  const over = isResponseLow({ sent, answered }, terms);
  const armed = isResponseArmed({ sent, answered }, terms);
  const what = 'LOW_REPLY_RATE';
  if (!isCrossed(desk, seatScope(seatId), { what, at: desk.at }, { over, armed })) return;
  // Looked for where it is told, and not whenever somebody looks at a seat that was told of long ago.
  const at = isChanged ? desk.at : lowSince(inMails, terms, desk.at);
  desk.raise({ kind: what, seatId, clientAccountId, facts: { sent, answered }, at });
}

/** What the books hold, with what this pass adds and takes out. */
function inMailsOf(desk: Desk, seatId: string, read: ResponsesRead): SentInMail[] {
  const { charges, engagements } = desk.writes;
  const sent = charges.flatMap(
    ({ id, seat_id, action, voids, recipient_id: recipientId, effective_at: at }) =>
      seat_id === seatId && action === 'INMAIL' && voids === null && recipientId !== null
        ? [{ id, recipientId: desk.people.personOf(recipientId), at }]
        : [],
  );
  const answers = engagements.flatMap(({ seat_id, kind, recipient_id: recipientId, occurred_at: at }) =>
    seat_id === seatId && ANSWERS_INMAIL.includes(kind)
      ? [{ recipientId: desk.people.personOf(recipientId), at }]
      : [],
  );
  const standing = [...read.sent, ...sent].filter(({ id }) => !desk.sends.isTakenOut(id));
  return answeredInMails(standing, [...read.answers, ...answers]);
}

function seatsChanged({ writes: { charges, engagements } }: Desk): string[] {
  const sent = charges.filter(({ action, recipient_id }) => action === 'INMAIL' && recipient_id !== null);
  const answered = engagements.filter(({ kind }) => ANSWERS_INMAIL.includes(kind));
  return [...new Set([...sent, ...answered].map(({ seat_id }) => seat_id))];
}
