import { areCreditsArmed, areCreditsLow, creditsExpiring } from '../../quota/credit-alert.js';
import type { Alert } from './alerts.js';
import type { OpenPurse } from '../credits/credits.js';
import { raiseOnce } from './crossings.js';
import type { Desk } from '../desk.js';
import { scopeName } from '../reading/names.js';

/**
 * Raises what is due of the purses that a pass looked at. A purse whose scope nobody read is judged by whoever asks for an
 * InMail next: what time did to it meanwhile is dated when it happened. `before` is what there was, where somebody told.
 */
export function raiseCreditAlerts(desk: Desk, before?: number): void {
  for (const open of desk.credits.inUse()) {
    if (!desk.loaded.states.has(scopeName(open.key))) continue;
    raiseLow(desk, before === undefined ? open : { ...open, before });
    raiseExpiring(desk, open);
    // What time did to it is told once: it is put down, so that nobody goes over it again.
    if (desk.told(open.key).isChanged) desk.credits.putDown(open);
  }
}

/** What time did to it, in turn, and then what it is now: what was granted and held again rings as well. */
function raiseLow(desk: Desk, open: OpenPurse): void {
  const { key, monthly } = open;
  const told = desk.told(key);
  // What it had already when nobody watched was no crossing: a seat that came without credits rings at no time.
  let isArmed = !areCreditsLow(open.before, monthly);
  for (const { available, at } of desk.credits.balancesOf(open)) {
    const [over, armed] = [areCreditsLow(available, monthly), areCreditsArmed(available, monthly)];
    isArmed ||= armed;
    if (!isArmed && !told.isToldOn('CREDITS_LOW', at)) continue;
    const alert = { kind: 'CREDITS_LOW', ...whoseOf(desk, open), facts: { available, monthly }, at } as const;
    raiseOnce(desk, key, { over, armed }, alert);
  }
}

function raiseExpiring(desk: Desk, open: OpenPurse): void {
  const { key, purse } = open;
  const told = desk.told(key);
  const due = creditsExpiring(purse.lotsInOrder(), told.toldUntil('CREDITS_EXPIRING'), desk.at);
  if (!due) return;
  desk.book(key);
  told.tellUntil('CREDITS_EXPIRING', due.until);
  const { credits, at } = due;
  desk.raise({ kind: 'CREDITS_EXPIRING', ...whoseOf(desk, open), facts: { credits }, at });
}

/** A pool is its client account's. */
function whoseOf(desk: Desk, { key }: OpenPurse): Pick<Alert, 'clientAccountId' | 'seatId'> {
  if (key.kind === 'CLIENT_ACCOUNT') return { clientAccountId: key.id };
  return { seatId: key.id, clientAccountId: desk.loaded.standings.get(key.id)?.clientAccountId ?? null };
}
