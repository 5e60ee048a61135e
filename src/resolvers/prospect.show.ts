import { Refusal } from '../errors.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import { userErrorsOf } from '../schema/payload.js';
import { AddProspectsPayload, CustomField, Prospect, ProspectResult } from '../schema/prospect.schema.js';
import type { Prospect as ProspectRow } from '../services/prospects/prospect.rows.js';
import type { ProspectOutcome } from '../services/prospects/prospect.service.js';

/** From prospects to the objects of the schema. */

export function showProspect(prospect: ProspectRow): Prospect {
  return fill(Prospect, {
    id: toId('prospect', prospect.id),
    clientAccountId: prospect.clientAccountId,
    recipientId: prospect.recipientId,
    profileUrl: prospect.profileUrl,
    salesNavigatorUrl: prospect.salesNavigatorUrl,
    firstName: prospect.firstName,
    lastName: prospect.lastName,
    company: prospect.company,
    companyDomain: prospect.companyDomain,
    position: prospect.position,
    industry: prospect.industry,
    location: prospect.location,
    notes: prospect.notes,
    tags: [...prospect.tags],
    customFields: Object.entries(prospect.custom)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => fill(CustomField, { name, value })),
    addedAt: prospect.addedAt,
  });
}

export function showAdded(outcome: readonly ProspectOutcome[] | Refusal): AddProspectsPayload {
  if (outcome instanceof Refusal) {
    return fill(AddProspectsPayload, {
      results: [],
      added: 0,
      updated: 0,
      userErrors: userErrorsOf(outcome),
    });
  }
  const count = (as: ProspectOutcome['as']): number => outcome.filter((one) => one.as === as).length;
  return fill(AddProspectsPayload, {
    results: outcome.map(({ as, prospect, refusal }, index) =>
      fill(ProspectResult, {
        index,
        outcome: as,
        prospect: prospect && showProspect(prospect),
        userErrors: refusal ? userErrorsOf(refusal.under('input', 'prospects', String(index))) : [],
      }),
    ),
    added: count('ADDED'),
    updated: count('UPDATED'),
    userErrors: [],
  });
}
