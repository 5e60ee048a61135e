import { answered, did, IGNORED, type Condition, type SourcedShape } from '../tool-shape.js';

const LINKEDIN = { path: 'account_type', is: ['LINKEDIN'] } as const;
/** Other messengers are no business of ours. What says nothing of it is not taken for one of them. */
const ELSEWHERE: Condition = { ...LINKEDIN, not: true };
const BY_THE_ACCOUNT = {
  path: 'account_info.user_id',
  sameAs: 'sender.attendee_provider_id',
} as const;

/**
 * Unipile, version 1. A message is told of whoever wrote it, by whatever device; who it was says the comparison of the
 * account with the sender. Invitations are not told, only that somebody is connected now: up to 8 hours later, without a time.
 */
export const UNIPILE: SourcedShape = {
  sources: [
    {
      source: 'Unipile, New messages',
      sourceUrl: 'https://developer.unipile.com/docs/new-messages-webhook',
      confidence: 'HIGH',
      checkedOn: '2026-11-26',
    },
    {
      source: 'Unipile, Detecting accepted invitations',
      sourceUrl: 'https://developer.unipile.com/docs/detecting-accepted-invitations',
      confidence: 'HIGH',
      checkedOn: '2026-11-26',
    },
  ],
  type: ['event'],
  id: ['message_id'],
  at: ['timestamp'],
  person: ['user_profile_url'],
  senderId: ['account_id'],
  senderUrl: [],
  events: {
    MESSAGE_RECEIVED: [
      {
        when: [LINKEDIN, BY_THE_ACCOUNT],
        means: did('DIRECT_MESSAGE'),
        person: ['attendees.0.attendee_profile_url'],
      },
      {
        when: [LINKEDIN, { ...BY_THE_ACCOUNT, not: true }],
        means: answered('REPLIED'),
        person: ['sender.attendee_profile_url'],
      },
      { when: [ELSEWHERE], means: IGNORED },
    ],
    NEW_RELATION: [
      { when: [LINKEDIN], means: answered('INVITATION_ACCEPTED') },
      { when: [ELSEWHERE], means: IGNORED },
    ],
    MESSAGE_READ: [{ means: IGNORED }],
    MESSAGE_REACTION: [{ means: IGNORED }],
    MESSAGE_EDITED: [{ means: IGNORED }],
    MESSAGE_DELETED: [{ means: IGNORED }],
    MESSAGE_DELIVERED: [{ means: IGNORED }],
  },
};
