import { answersOf } from '../../../src/ledger/invitations/invited.js';
import { InvitedPeople } from '../../../src/ledger/invitations/invited-person.js';
import { nothingRead } from '../../../src/ledger/people/people-facts.js';

it('a person is put in order once, until something is noted of them', () => {
  const read = nothingRead();
  const sent = (at: number) => ({ id: `s${at}`, action: 'CONNECTION_REQUEST' as const, at });
  read.sends.push(sent(30), sent(10));
  let looked = 0;
  const people = new InvitedPeople(
    () => [read],
    () => {
      looked += 1;
      return false;
    },
  );
  for (let times = 0; times < 100; times += 1) expect(people.of('seat', 'a').pending?.at).toBe(30);
  expect(looked).toBe(2);
  read.ends.push({ kind: 'INVITATION_DECLINED', clientAccountId: 'client', at: 40 });
  people.forget('seat', 'a');
  expect(people.of('seat', 'a')).toMatchObject({ pending: null, endsTold: [40] });
  expect(looked).toBe(4);
});

it('the answers of a person are taken once, however often the person was invited', () => {
  const answer = { at: 5, accepted: true };
  const sent = ['a', 'b', 'a', 'a'].map((recipientId) => ({ recipientId }));
  expect(answersOf(sent, () => [answer])).toEqual([
    { recipientId: 'a', ...answer },
    { recipientId: 'b', ...answer },
  ]);
});
