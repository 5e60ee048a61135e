import type { Objection, Rule } from '../rule.js';
import type { CampaignStatus, ClientAccountStatus } from '../words.js';

/** The states of a seat and of what it belongs to that stop everything until a person changes them. */
export interface States {
  readonly seatPaused: boolean;
  readonly holderAgreed: boolean;
  readonly clientAccountStatus: ClientAccountStatus;
  /** Null where the request is of no campaign. */
  readonly campaignStatus: CampaignStatus | null;
}

export function stateRules(states: States): Rule[] {
  const refusing: Objection[] = [];
  if (states.seatPaused) {
    refusing.push(stop('SEAT_PAUSED', 'The seat is paused.', 'Resume the seat.'));
  }
  if (!states.holderAgreed) {
    refusing.push(
      stop(
        'HOLDER_NOT_AGREED',
        'The holder of the LinkedIn account has not agreed to outreach from it.',
        'Get the holder’s agreement and set holderAgreedOn.',
      ),
    );
  }
  if (states.clientAccountStatus !== 'ACTIVE') {
    const status = states.clientAccountStatus.toLowerCase();
    refusing.push(
      stop('CLIENT_ACCOUNT_PAUSED', `The client account is ${status}.`, 'Make the client account active.'),
    );
  }
  if (states.campaignStatus === 'PAUSED') {
    refusing.push(stop('CAMPAIGN_PAUSED', 'The campaign is paused.', 'Resume the campaign.'));
  }
  return refusing.map((objection): Rule => ({ objectionAt: () => objection, admitsFrom: () => null }));
}

function stop(code: Objection['code'], message: string, remedy: string): Objection {
  return { code, message, remedy, limit: null };
}
