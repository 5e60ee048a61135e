import type { Invited } from '../../quota/acceptance.js';
import type { Instant } from '../../quota/window.js';
import type { InvitationAnswer, SentInvitation } from './invitation-reading.js';

/** The invitations that are judged, each with what was answered before the person was invited again. */
export function invitedOf(sent: readonly SentInvitation[], answers: readonly InvitationAnswer[]): Invited[] {
  const toPerson = byPerson(sent);
  const ofPerson = byPerson(answers);
  return [...toPerson].flatMap(([recipientId, invitations]) => {
    const told = ofPerson.get(recipientId) ?? [];
    const inOrder = invitations.toSorted((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
    return inOrder.flatMap(({ at: sentAt, isJudged }, index): Invited[] => {
      const next = inOrder[index + 1]?.at ?? Infinity;
      const mine = told.filter(({ at }) => at >= sentAt && at < next);
      const acceptances = mine.filter(({ accepted }) => accepted);
      const invited = { sentAt, answeredAt: firstOf(mine), acceptedAt: firstOf(acceptances) };
      return isJudged ? [invited] : [];
    });
  });
}

function byPerson<One extends { readonly recipientId: string }>(all: readonly One[]): Map<string, One[]> {
  const people = new Map<string, One[]>();
  for (const one of all) {
    const known = people.get(one.recipientId);
    if (known) known.push(one);
    else people.set(one.recipientId, [one]);
  }
  return people;
}

function firstOf(answers: readonly InvitationAnswer[]): Instant | null {
  return answers.reduce<Instant | null>((first, { at }) => Math.min(first ?? at, at), null);
}
