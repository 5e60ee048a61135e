import type { Objection, Rule } from '../rule.js';
import type { Unit } from '../unit.js';
import type { States } from '../ask.js';

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
