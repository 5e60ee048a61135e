import type { Acceptance, AcceptanceStep } from '../../quota/acceptance.js';
import type { Instant } from '../../quota/window.js';
import type { AcceptanceJson, StateJson } from '../books/state.js';

/** How a seat's invitations are taken, kept so that a decision need not look at them: true until an instant. */
export interface KeptAcceptance {
  /** The numbers that they were judged by: `nameOfTerms()`. */
  readonly judgedBy: string;
  /** From then on sends that nobody had answered yet are judged, of which these steps know nothing. */
  readonly until: Instant;
  readonly steps: readonly AcceptanceStep[];
}

const CODES: readonly Acceptance[] = ['FINE', 'LOW', 'STOPPED', 'SLOWED'];

export function acceptanceFromJson(state: StateJson | null | undefined): KeptAcceptance | null {
  if (!state?.acceptance) return null;
  const { judgedBy, until, steps } = state.acceptance;
  return {
    judgedBy,
    until,
    steps: steps.map(([from, code, judged, accepted]) => {
      const acceptance = CODES[code];
      if (!acceptance) throw new Error(`Acceptance ${code} is newer than this program.`);
      return { from, acceptance, judged, accepted };
    }),
  };
}

export function acceptanceToJson(kept: KeptAcceptance | null): AcceptanceJson | undefined {
  if (!kept) return undefined;
  const { judgedBy, until } = kept;
  const steps = kept.steps.filter(({ from }) => from < until);
  return {
    judgedBy,
    until,
    steps: steps.map(({ from, acceptance, judged, accepted }) => [
      from,
      CODES.indexOf(acceptance),
      judged,
      accepted,
    ]),
  };
}
