import { Failure } from '../errors.js';
import type { ActivityInput } from '../schema/activity.schema.js';
import type { DecisionInput, ReserveInput } from '../schema/decision.input.js';
import type { DoNotContactInput } from '../schema/do-not-contact.schema.js';
import type { EngagementInput } from '../schema/engagement.schema.js';
import type { LookupArgs } from '../schema/lookup.js';
import type { ActivityTerms } from '../services/decisions/activity.service.js';
import type { DoNotContactTerms } from '../services/prospects/do-not-contact.service.js';
import type { EngagementTerms } from '../services/decisions/engagement.service.js';
import type { DecisionTerms, ReserveTerms } from '../services/decisions/decision.terms.js';
import { uuidOf, uuidOrNull } from './ids.js';

/** From the inputs of the schema to the terms of the services: ids become uuids. */

/** Most inputs of a mutation that answers each by itself. */
const INPUTS_MAX = 100;

/** The inputs, if they are not too many; else BAD_USER_INPUT. */
export function notTooMany<Input>(inputs: readonly Input[]): readonly Input[] {
  if (inputs.length <= INPUTS_MAX) return inputs;
  throw new Failure('BAD_USER_INPUT', `\`inputs\` are ${INPUTS_MAX} at most, not ${inputs.length}.`);
}

export function decisionTerms(input: DecisionInput): DecisionTerms {
  return { ...input, ...idsOf(input) };
}

export function reserveTerms(input: ReserveInput): ReserveTerms {
  return { ...input, ...idsOf(input) };
}

function idsOf({ seatId, campaignId }: DecisionInput) {
  return { seatId: uuidOf('seat', seatId), campaignId: uuidOrNull('campaign', campaignId) };
}

export function activityTerms(input: ActivityInput): ActivityTerms {
  return {
    ...input,
    seatId: uuidOf('seat', input.seatId),
    reservationId: uuidOrNull('reservation', input.reservationId),
  };
}

export function engagementTerms(input: EngagementInput): EngagementTerms {
  return {
    ...input,
    seatId: uuidOf('seat', input.seatId),
    reservationId: uuidOrNull('reservation', input.reservationId),
  };
}

export function doNotContactTerms(input: DoNotContactInput): DoNotContactTerms {
  return { ...input, clientAccountId: uuidOrNull('client', input.clientAccountId) };
}

export function reservationTerms<Input extends { readonly reservationId: string }>(input: Input): Input {
  return { ...input, reservationId: uuidOf('reservation', input.reservationId) };
}

/** How one object is asked for. */
export interface Finders<Row> {
  readonly byId: (id: string) => Promise<Row | null>;
  readonly byExternalRef: (externalRef: string) => Promise<Row | null>;
}

/** Finds an object by its id or by the agency's own reference. Throws BAD_USER_INPUT unless exactly one is given. */
export function find<Row>({ id, externalRef }: LookupArgs, finders: Finders<Row>): Promise<Row | null> {
  const byId = id ?? null;
  const byRef = externalRef ?? null;
  if (byId !== null && byRef === null) return finders.byId(byId);
  if (byRef !== null && byId === null) return finders.byExternalRef(byRef);
  throw new Failure('BAD_USER_INPUT', 'Give `id` or `externalRef`, and not both.');
}
