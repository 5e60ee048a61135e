import { invitedOf } from '../../../src/ledger/invitations/invited.js';

const sent = (recipientId: string, at: number, isJudged = true) => {
  return { id: `${recipientId} ${at}`, recipientId, at, isJudged };
};
const answer = (recipientId: string, at: number, accepted: boolean) => ({ recipientId, at, accepted });

it('each invitation has what was answered from its instant on, before the next one to the same person', () => {
  const answers = [
    answer('a', 25, true),
    answer('a', 20, false),
    answer('a', 9, true),
    answer('a', 10, true),
    answer('b', 10, true),
  ];
  expect(invitedOf([sent('a', 20), sent('b', 11), sent('a', 10), sent('a', 30)], answers)).toEqual([
    { sentAt: 10, answeredAt: 10, acceptedAt: 10 },
    { sentAt: 20, answeredAt: 20, acceptedAt: 25 },
    { sentAt: 30, answeredAt: null, acceptedAt: null },
    { sentAt: 11, answeredAt: null, acceptedAt: null },
  ]);
});

it('one that is not judged takes its answers all the same', () => {
  const answers = [answer('a', 11, true)];
  expect(invitedOf([sent('a', 0), sent('a', 10, false)], answers)).toEqual([
    { sentAt: 0, answeredAt: null, acceptedAt: null },
  ]);
});
