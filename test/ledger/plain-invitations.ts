import fc from 'fast-check';
import { DAY, HOUR } from '../../src/quota/window.js';
import type { Action, EngagementKind } from '../../src/quota/words.js';
import { person, recordInput, seeing, type Office } from './support.js';

export const LAPSE = 180 * DAY;

/** A flat list of what happened, filtered at each question. */
export class PlainInvitations {
  readonly sent: { at: number; slug: string | null; count: number }[] = [];
  readonly ends: { at: number; slug: string }[] = [];

  constructor(private readonly addedAt: number) {}

  pendingAt(now: number): number {
    const lives = (at: number): boolean => now < at + LAPSE;
    const nobodys = this.sent.filter(({ slug, at }) => slug === null && lives(at));
    const people = new Set(this.sent.flatMap(({ slug }) => slug ?? []));
    const open = [...people].filter((slug) => {
      const last = Math.max(...this.sent.filter((one) => one.slug === slug).map(({ at }) => at));
      return lives(last) && !this.ends.some((end) => end.slug === slug && end.at >= last);
    });
    const opening = lives(this.addedAt) ? 3 : 0;
    return open.length + nobodys.reduce((sum, { count }) => sum + count, 0) + opening;
  }
}

const SLUG = fc.constantFrom('a', 'b', 'c', 'd');
const LATER = fc.oneof(fc.integer({ min: 0, max: HOUR }), fc.integer({ min: HOUR, max: 60 * DAY }));
const AGO = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 * DAY }));
export const STEP = fc.oneof(
  fc.record({ kind: fc.constant('INVITE' as const), slug: SLUG, later: LATER, ago: fc.constant(0) }),
  fc.record({ kind: fc.constant('RECORD' as const), slug: fc.option(SLUG), later: LATER, ago: AGO }),
  fc.record({ kind: fc.constant('WITHDRAW' as const), slug: SLUG, later: LATER, ago: AGO }),
  fc.record({ kind: fc.constant('VOID' as const), slug: fc.option(SLUG), later: LATER, ago: fc.constant(0) }),
  fc.record({
    kind: fc.constantFrom<EngagementKind[]>(
      'INVITATION_ACCEPTED',
      'INVITATION_DECLINED',
      'INVITATION_WITHDRAWN',
      'REPLIED',
    ),
    slug: SLUG,
    later: LATER,
    ago: AGO,
  }),
);
export type Step = typeof STEP extends fc.Arbitrary<infer One> ? One : never;

/** The ids of the records of an instant. */
export function recordsAt(
  appUrl: string,
  { agencyId }: Office,
  action: Action,
  at: number,
): Promise<string[]> {
  return seeing(appUrl, [agencyId], async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM charge WHERE agency_id = $1 AND action = $2 AND effective_at = $3 AND origin = 'RECORD'`,
      [agencyId, action, at],
    );
    return rows.map(({ id }) => id);
  });
}

/** So many invitations from an instant on, one a millisecond, to `name-0`, `name-1`, … */
export function pastInvitations(office: Office, at: number, count: number, name: number) {
  return Array.from({ length: count }, (_, index) =>
    recordInput(office, 'CONNECTION_REQUEST', at + index, { recipient: person(`${name}-${index}`) }),
  );
}
