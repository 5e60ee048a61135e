import fc from 'fast-check';
import { DAY, HOUR } from '../../src/quota/window.js';
import type { Action, EngagementKind } from '../../src/quota/words.js';
import { person, recordInput, seeing, type Office } from './support.js';

export const LAPSE = 180 * DAY;

/** A flat list of what happened, filtered at each question. */
export class PlainInvitations {
  readonly sent: { at: number; slug: string | null; count: number }[] = [];
  readonly ends: { at: number; slug: string }[] = [];
  /** Withdrawals that name nobody, with those that each of them took: one by one, as they are. */
  readonly withdrawn: { at: number; took: object[] }[] = [];
  private readonly opening: object[] = [{}, {}, {}];
  private readonly each = new Map<object, object[]>();

  constructor(private readonly addedAt: number) {}

  pendingAt(now: number): number {
    const people = new Set(this.sent.flatMap(({ slug }) => slug ?? []));
    const open = [...people].filter((slug) => {
      const last = Math.max(...this.sent.filter((one) => one.slug === slug).map(({ at }) => at));
      return now < last + LAPSE && !this.ends.some((end) => end.slug === slug && end.at >= last);
    });
    return open.length + this.nobodysAt(now).length;
  }

  /** The oldest ones that were pending then are withdrawn. */
  withdraw(at: number, count: number): void {
    const oldest = this.nobodysAt(at).toSorted((one, other) => one.at - other.at);
    this.withdrawn.push({ at, took: oldest.slice(0, count).map(({ one }) => one) });
  }

  /** Each invitation to nobody in particular that was sent by an instant, and neither lapsed nor withdrawn. */
  private nobodysAt(now: number): { at: number; one: object }[] {
    const sent = this.sent.filter(({ slug }) => slug === null);
    const opening = this.opening.filter((one) => !this.withdrawn.some(({ took }) => took.includes(one)));
    const all = [
      ...opening.slice(this.strangers()).map((one) => ({ at: this.addedAt, one })),
      ...sent.flatMap((entry) => this.eachOf(entry).map((one) => ({ at: entry.at, one }))),
    ];
    const taken = new Set(this.withdrawn.flatMap(({ took }) => took));
    return all.filter(({ at, one }) => at <= now && now < at + LAPSE && !taken.has(one));
  }

  /** People whose invitation ended since the seat was added, and who weren't invited since: they were of its opening number. */
  private strangers(): number {
    const ended = this.ends.filter(
      (end) =>
        end.at >= this.addedAt &&
        !this.sent.some(({ slug, at }) => slug === end.slug && at > this.addedAt && at <= end.at),
    );
    return new Set(ended.map(({ slug }) => slug)).size;
  }

  private eachOf(entry: { count: number }): object[] {
    const known = this.each.get(entry) ?? Array.from({ length: entry.count }, () => ({}));
    this.each.set(entry, known);
    return known;
  }
}

const SLUG = fc.constantFrom('a', 'b', 'c', 'd');
const LATER = fc.oneof(fc.integer({ min: 0, max: HOUR }), fc.integer({ min: HOUR, max: 60 * DAY }));
const AGO = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 * DAY }));
export const STEP = fc.oneof(
  fc.record({ kind: fc.constant('INVITE' as const), slug: SLUG, later: LATER, ago: fc.constant(0) }),
  fc.record({ kind: fc.constant('RECORD' as const), slug: fc.option(SLUG), later: LATER, ago: AGO }),
  fc.record({ kind: fc.constant('WITHDRAW' as const), slug: fc.option(SLUG), later: LATER, ago: AGO }),
  fc.record({ kind: fc.constant('WITHDRAW' as const), slug: fc.constant(null), later: LATER, ago: AGO }),
  fc.record({
    kind: fc.constant('VOID_WITHDRAWAL' as const),
    slug: fc.constant(null),
    later: LATER,
    ago: fc.constant(0),
  }),
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
