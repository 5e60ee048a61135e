import type { Objection, Rule } from '../rule.js';
import type { Unit } from '../unit.js';
import type { CampaignStatus, ClientAccountStatus } from '../words.js';

/** The states of a seat and of what it belongs to that stop everything until a person changes them. */
export interface States {
  readonly seatPaused: boolean;
  readonly holderAgreed: boolean;
  readonly clientAccountStatus: ClientAccountStatus;
  /** Null where the request is of no campaign. */
  readonly campaignStatus: CampaignStatus | null;
}

export const stateUnit: Unit = { rules: ({ ask }) => rulesOf(ask.states), warnings: () => [] };

function rulesOf(states: States): Rule[] {
  const refusing: Objection[] = [];
  if (states.seatPaused) refusing.push(stop('SEAT_PAUSED'));
  if (!states.holderAgreed) refusing.push(stop('HOLDER_NOT_AGREED'));
  const status = states.clientAccountStatus;
  if (status !== 'ACTIVE') refusing.push(stop('CLIENT_ACCOUNT_PAUSED', { status }));
  if (states.campaignStatus === 'PAUSED') refusing.push(stop('CAMPAIGN_PAUSED'));
  return refusing.map((objection): Rule => ({ objectionAt: () => objection, admitsFrom: () => null }));
}

function stop(code: Objection['code'], facts: Objection['facts'] = {}): Objection {
  return { code, facts, limit: null };
}
