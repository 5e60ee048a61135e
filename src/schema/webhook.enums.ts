import * as words from '../quota/words.js';
import { enumOf } from './enums.js';

/** The enums of webhooks, made as all others are. */

export const WebhookFormatEnum = enumOf(
  'WebhookFormat',
  words.WEBHOOK_FORMATS,
  'How what is sent to an endpoint is written.',
  {
    STANDARD: 'As Standard Webhooks has it: type, timestamp and data.',
    SLACK: "A line of text, as Slack's incoming webhooks take it.",
  },
);

export const WebhookStatusEnum = enumOf(
  'WebhookStatus',
  words.WEBHOOK_STATUSES,
  'Whether anything is sent to an endpoint.',
  {
    ACTIVE: 'It is told of what happens.',
    PAUSED: 'Nothing is sent; nothing is lost either. An endpoint that answers 410 is paused by itself.',
  },
);

export const DeliveryStatusEnum = enumOf(
  'DeliveryStatus',
  words.DELIVERY_STATUSES,
  'What became of a delivery.',
  {
    WAITING: 'It has not arrived yet, and is tried again.',
    DELIVERED: 'It arrived: the endpoint answered with a status of 2xx.',
    DEAD: 'It was tried for two days and given up; replayWebhook sends it again.',
  },
);

export const DeliveryFailureEnum = enumOf(
  'DeliveryFailure',
  words.DELIVERY_FAILURES,
  'Why a try of a delivery came to nothing.',
  {
    HTTP_STATUS: 'It was answered with another status than 2xx; a redirect is not followed.',
    TIMED_OUT: 'It was not answered within five seconds.',
    UNREACHABLE: 'There was no connection.',
    ADDRESS_REFUSED: 'The name leads to an address that is not of the public internet.',
    OUT_OF_SIGHT: 'What it was about is not what the endpoint is told of any more.',
    UNWRITABLE: 'The server failed at writing or signing it: its log says why.',
  },
);
