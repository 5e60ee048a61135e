import { type Between, stayReason } from '../../../src/outreach/campaign/reassign.js';

const STRANGER: Between = {
  ...{ isClaimed: false, isElsewhere: false, sent: [], hasAnswered: false },
  ...{ isConnected: false, isConnectedThere: false },
};

it.each([
  ['a stranger goes', {}, null],
  ['who is connected to the other seat goes', { isConnectedThere: true }, null],
  ['who is connected to both goes', { isConnected: true, isConnectedThere: true }, null],
  ['who is connected to this seat alone stays', { isConnected: true }, 'CONNECTED'],
  ['who was invited stays', { sent: ['CONNECTION_REQUEST'] }, 'INVITED'],
  [
    'who accepted, and knows the other seat too, stays',
    { sent: ['CONNECTION_REQUEST'], isConnected: true, isConnectedThere: true },
    'INVITED',
  ],
  [
    'who was written to stays, invited before or not',
    { sent: ['CONNECTION_REQUEST', 'DIRECT_MESSAGE'] },
    'IN_CONVERSATION',
  ],
  ['an InMail is a conversation too', { sent: ['INMAIL'] }, 'IN_CONVERSATION'],
  ['who answered what nobody knows of stays', { hasAnswered: true }, 'IN_CONVERSATION'],
  ['whom an operator is about stays for now', { isClaimed: true, sent: ['INMAIL'] }, 'CLAIMED'],
  ['who is another seat’s by now is told so', { isElsewhere: true, isClaimed: true }, 'ELSEWHERE'],
] as const)('%s', (_, known, reason) => expect(stayReason({ ...STRANGER, ...known })).toBe(reason));
