import type { Invited } from '../../quota/acceptance.js';
import type { InvitationAnswer, SentInvitation } from './invitation-reading.js';

/** The invitations that are judged, each with what was answered before the person was invited again. */
export function invitedOf(sent: readonly SentInvitation[], answers: readonly InvitationAnswer[]): Invited[] {
  const toPerson = byPerson(sent);
  const ofPerson = byPerson(answers);
  return [...toPerson].flatMap(([recipientId, invitations]) => {
    const told = (ofPerson.get(recipientId) ?? []).toSorted((one, other) => one.at - other.at);
    const inOrder = invitations.toSorted((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
    let place = 0;
    return inOrder.flatMap(({ at: sentAt, isJudged }, index): Invited[] => {
      const next = inOrder[index + 1]?.at ?? Infinity;
      while (place < told.length && told[place]!.at < sentAt) place += 1;
      const first = place;
      while (place < told.length && told[place]!.at < next) place += 1;
      const mine = told.slice(first, place);
      const acceptance = mine.find(({ accepted }) => accepted);
      const invited = { sentAt, answeredAt: mine[0]?.at ?? null, acceptedAt: acceptance?.at ?? null };
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

/** What those answered to whom some were sent, each person's once. */
export function answersOf(
  sent: readonly Pick<SentInvitation, 'recipientId'>[],
  answersOfPerson: (recipientId: string) => readonly Omit<InvitationAnswer, 'recipientId'>[],
): InvitationAnswer[] {
  const people = new Set(sent.map(({ recipientId }) => recipientId));
  return [...people].flatMap((recipientId) =>
    answersOfPerson(recipientId).map((answer) => ({ recipientId, ...answer })),
  );
}
