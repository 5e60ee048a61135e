import { answered, did, IGNORED, type SourcedShape } from '../tool-shape.js';

/** Salesflow tells who accepted, who answered and what was withdrawn; of what it sends it tells nothing. */
export const SALESFLOW: SourcedShape = {
  sources: [
    {
      source: 'Salesflow, API documentation, Webhooks: three events and a sample of a body',
      sourceUrl: 'https://salesflow.io/api/docs/',
      confidence: 'HIGH',
      checkedOn: '2026-11-26',
    },
    {
      source: 'Salesflow, Webhooks and triggers, Account status changed',
      sourceUrl:
        'https://salesflow.apidocumentation.com/documentation/webhooks-triggers/account-status-changed',
      confidence: 'HIGH',
      checkedOn: '2026-11-26',
    },
  ],
  type: ['EventType', 'Status'],
  id: [],
  at: [],
  person: ['MemberUrl'],
  senderId: ['LinkedInAccountId', 'LinkedInAccount.Username'],
  senderUrl: [],
  events: {
    MEMBER_CONNECTED: [
      // The sample of an answer has the status of a member who is connected, too.
      { when: [{ path: 'HasReply', is: ['true'] }], means: answered('REPLIED') },
      { means: answered('INVITATION_ACCEPTED'), at: ['ConnectedAt'] },
    ],
    REPLY_DETECTED: [{ means: answered('REPLIED') }],
    INVITATION_WITHDRAWN: [{ means: did('INVITATION_WITHDRAWAL') }],
    ACCOUNT_STATUS_CHANGED: [{ means: IGNORED }],
  },
};
