import { answered, did, IGNORED, type SourcedShape } from '../tool-shape.js';

/**
 * HeyReach's twelve events. It publishes their names and no schema of their bodies: what stands where is from code that
 * others wrote against them, in the two spellings that were seen.
 */
export const HEYREACH: SourcedShape = {
  sources: [
    {
      source: 'The names of the events, and one body: Nous, Webhooks, HeyReach',
      sourceUrl: 'https://docs.opennous.cloud/webhooks/heyreach',
      confidence: 'MEDIUM',
      checkedOn: '2026-11-26',
    },
    {
      source: 'The names of the events: the API as a command line, by bcharleson',
      sourceUrl: 'https://github.com/bcharleson/heyreach-cli',
      confidence: 'MEDIUM',
      checkedOn: '2026-11-24',
    },
  ],
  type: ['event_type', 'eventType', 'event'],
  id: ['message.id', 'correlation_id'],
  at: ['timestamp'],
  person: ['lead.profile_url', 'lead.profileUrl', 'leadProfile.linkedInUrl', 'lead.linkedInProfileUrl'],
  senderId: ['sender.id', 'linkedInAccountId'],
  senderUrl: ['sender.profile_url', 'sender.profileUrl'],
  events: {
    CONNECTION_REQUEST_SENT: [{ means: did('CONNECTION_REQUEST') }],
    CONNECTION_REQUEST_ACCEPTED: [{ means: answered('INVITATION_ACCEPTED') }],
    MESSAGE_SENT: [{ means: did('DIRECT_MESSAGE') }],
    MESSAGE_REPLY_RECEIVED: [{ means: answered('REPLIED') }],
    EVERY_MESSAGE_REPLY_RECEIVED: [{ means: answered('REPLIED') }],
    INMAIL_SENT: [{ means: did('INMAIL') }],
    INMAIL_REPLY_RECEIVED: [{ means: answered('REPLIED') }],
    FOLLOW_SENT: [{ means: did('FOLLOW') }],
    LIKED_POST: [{ means: did('REACTION') }],
    VIEWED_PROFILE: [{ means: did('PROFILE_VIEW') }],
    CAMPAIGN_COMPLETED: [{ means: IGNORED }],
    LEAD_TAG_UPDATED: [{ means: IGNORED }],
  },
};
