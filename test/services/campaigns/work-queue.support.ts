import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Definition } from '../../../src/outreach/campaign/steps.js';
import type { EngagementKind } from '../../../src/quota/words.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, seedAgency, viewerAs } from '../../support/agency.js';
import type { ClockedServices } from '../../support/clocked-services.js';

/** A Monday, at nine in the morning in UTC. */
export const MORNING = Date.UTC(2026, 10, 23, 9);

const MINUTE = 60_000;
export const OPERATORS = 3;
export const PEOPLE = 8;
export const DELAY_MINUTES = 10;

const text = (body: string) => [{ key: 'a', weight: 1, subject: null, body }];
export const DEFINITION: Definition = {
  v: 1,
  stopOnReply: true,
  steps: [
    {
      ...{ key: 'invite', kind: 'CONNECT', delayMinutes: 0, next: 'accepted' },
      variants: text(
        'Hi {{ first_name }}, your work at {{ company }} caught my eye; I would be glad to connect.',
      ),
    },
    {
      ...{ key: 'accepted', kind: 'BRANCH', waitMinutes: 600, then: 'thank', otherwise: null },
      condition: { kind: 'ACCEPTED', degrees: [] },
    },
    {
      ...{ key: 'thank', kind: 'MESSAGE', delayMinutes: DELAY_MINUTES, next: null },
      variants: text(
        'Thank you for connecting, {{ first_name }}. How did you come to {{ company }} back then?',
      ),
    },
  ],
};

/** A campaign of an agency of its own that was launched just now, its people, and the operators of its one seat. */
export interface Launched {
  readonly owner: Viewer;
  readonly seatId: string;
  readonly urls: readonly string[];
  readonly operators: readonly Viewer[];
}

export async function launch(
  { dataSource, services }: ClockedServices,
  people: number,
  definition: Definition = DEFINITION,
): Promise<Launched> {
  const { owner, clientAccount, seat } = await seedAgency(dataSource);
  const urls = Array.from({ length: people }, () => `https://www.linkedin.com/in/${randomUUID()}`);
  const prospects = urls.map((profileUrl, index) => ({
    ...{ profileUrl, firstName: `First${index}`, lastName: 'Last', company: `Company ${index}` },
  }));
  done(await services.prospects.addProspects(owner, { clientAccountId: clientAccount.id, prospects }));
  const { campaigns, campaignDesk } = services;
  const named = { clientAccountId: clientAccount.id, name: 'Spring', seatIds: [seat.id] };
  const { id: campaignId } = done(await campaigns.createCampaign(owner, named));
  done(await campaignDesk.changes.updateCampaign(owner, { campaignId, audienceTags: [] }));
  done(await campaignDesk.changes.setCampaignSteps(owner, { campaignId, definition }));
  done(await campaignDesk.life.launchCampaign(owner, campaignId));
  const operators = Array.from({ length: OPERATORS }, (_, index) => ({
    ...viewerAs(owner, 'OPERATOR'),
    actor: `system:operator ${index}`,
  }));
  return { owner, seatId: seat.id, urls, operators };
}

/** What happens in a round, all at once; and how long after the one before it. */
const ACT = fc.record({
  who: fc.nat(OPERATORS - 1),
  what: fc.constantFrom('CLAIM', 'CLAIM', 'CLAIM', 'COMPLETE', 'COMPLETE', 'SKIP', 'FAIL'),
  /** Which of the touches there are, and whether the process dies once the books have answered. */
  which: fc.nat(PEOPLE - 1),
  dies: fc.boolean(),
});
const NEWS = fc.record({
  who: fc.nat(PEOPLE - 1),
  kind: fc.constantFrom<EngagementKind>(
    ...([
      'INVITATION_ACCEPTED',
      'INVITATION_ACCEPTED',
      'INVITATION_ACCEPTED',
      'REPLIED',
      'OPTED_OUT',
    ] as const),
  ),
});
export const ROUND = fc.record({
  acts: fc.array(ACT, { minLength: 2, maxLength: 6 }),
  news: fc.array(NEWS, { maxLength: 1 }),
  after: fc.constantFrom(1_000, 2 * MINUTE, 2 * MINUTE, 5 * MINUTE, 16 * MINUTE),
});

export type Act = typeof ACT extends fc.Arbitrary<infer One> ? One : never;
export type Round = typeof ROUND extends fc.Arbitrary<infer One> ? One : never;

export class Killed extends Error {}

/** A part whose answers the process does not live to hear, while `dies` says so. */
export function mortal<Part extends object>(part: Part, dies: () => boolean): Part {
  return new Proxy(part, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const answer: unknown = await method.apply(target, args);
        if (dies()) throw new Killed();
        return answer;
      };
    },
  });
}
