import { Failure } from '../../errors.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { listRates, type RateCounts, type RatesAsked } from '../../ledger/told/engagement-rates.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import {
  compareLeaders,
  compareShares,
  type Comparison,
  type Share,
  wilson,
  type Interval,
} from '../../outreach/rates.js';
import { isTouch, variantsOf, type Definition } from '../../outreach/campaign/steps.js';
import { conditionOf } from '../../outreach/segment.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { RateGrouping, RateMeasure } from '../../quota/words.js';
import { callerOf } from '../../tenancy/door.js';
import { isCancelled } from '../../tenancy/sqlstate.js';
import { Turns } from '../../tenancy/turns.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { afterId, pageOf, type Page, type PageAsked } from '../page.js';
import type { Segment } from '../prospects/segment.rows.js';
import type { SegmentService } from '../prospects/segment.service.js';
import { sqlOf } from '../prospects/segment.sql.js';

/** What is asked; from the last 90 days unless told. */
export interface RatesFilter {
  readonly clientAccountId: string | null;
  readonly seatId: string | null;
  readonly campaignId: string | null;
  readonly segmentId: string | null;
  readonly from: Instant | null;
  readonly until: Instant | null;
}

interface Time {
  readonly from: Instant;
  readonly until: Instant;
}

export interface CampaignsCompared {
  readonly campaignId: string;
  readonly otherCampaignId: string;
  readonly measure: RateMeasure;
  readonly from: Instant | null;
  readonly until: Instant | null;
}

export interface VariantsCompared {
  readonly campaignId: string;
  /** The newest steps of the campaign; null where there are none. */
  readonly definition: Definition | null;
  /** By its key. */
  readonly step: string;
  readonly from: Instant | null;
  readonly until: Instant | null;
}

/** The texts of a step, how each of them did, and whether one is better than all others. */
export interface StepCompared {
  readonly measure: RateMeasure;
  readonly variants: readonly RateOfVariant[];
  /** The one that did best against the next one; null where there are no two. */
  readonly leaders: {
    readonly leader: RateOfVariant;
    readonly next: RateOfVariant;
    readonly comparison: Comparison;
  } | null;
}

/** A share with how sure it is. */
export interface Rate extends Share, Interval {}

export interface RateOfVariant extends Rate {
  readonly variant: string;
}

export interface RatesOfGroup {
  readonly key: string;
  readonly acceptance: Rate;
  readonly reply: Rate;
}

export interface Compared {
  readonly first: Rate;
  readonly second: Rate;
  readonly comparison: Comparison;
}

const DAYS_USUALLY = 90;
const DAYS_MAX = 400;
/** The first parameter of a condition on people: those before it are the statement's own. */
const PEOPLE_FROM = 11;
const NOBODY = 'NOBODY';
/** More texts than a campaign has in all its versions that anybody compares. */
const VARIANTS_MAX = 1_000;
/** How many of an agency's are counted at once: each goes through all that it sent in that time. */
const AT_ONCE = 2;
/** Of fewer any agency's are counted in time. */
const LONG_DAYS = 7;
const TOO_MUCH = 'More was sent in that time than can be gone through: ask for a shorter time.';

/** How what was sent was answered. */
export class RatesService {
  private readonly turns = new Turns(AT_ONCE);

  constructor(
    private readonly reader: Pick<LedgerReader, 'read'>,
    private readonly segments: Pick<SegmentService, 'byIds'>,
  ) {}

  /** Throws BAD_USER_INPUT for a time that is none, longer than 400 days, or in which more was sent than can be gone through. */
  async rates(
    viewer: Viewer,
    by: RateGrouping,
    { campaignId, segmentId, ...filter }: RatesFilter,
    page: PageAsked,
  ): Promise<Page<RatesOfGroup>> {
    if ((by === 'STEP' || by === 'VARIANT') && campaignId === null) {
      throw new Failure(
        'BAD_USER_INPUT',
        'Steps and variants are those of a campaign: name it by campaignId.',
      );
    }
    const after = afterId(page);
    const segments = segmentId === null ? null : await this.segments.byIds(viewer, [segmentId]);
    const segment = segmentId === null ? null : (segments?.get(segmentId) ?? NOBODY);
    const found = await this.read(viewer, filter, (transaction, time, at) => {
      const campaignIds = campaignId === null ? null : [campaignId];
      const asked = { ...filter, ...time, campaignIds, ...peopleOf(segment, filter, at) };
      return listRates(transaction, viewer, by, asked, { after, rows: page.rows + 1 });
    });
    return pageOf(found.map(ratesOf), page, ({ key }) => [key]);
  }

  /** Which of two campaigns did better; of one that the viewer does not see, or that sent nothing, nothing is counted. */
  async compareCampaigns(viewer: Viewer, compared: CampaignsCompared): Promise<Compared> {
    const { campaignId, otherCampaignId, measure } = compared;
    const found = await this.read(viewer, compared, (transaction, time) => {
      const campaignIds = [campaignId, otherCampaignId];
      const asked = {
        clientAccountId: null,
        seatId: null,
        campaignIds,
        people: null,
        ...time,
      };
      return listRates(transaction, viewer, 'CAMPAIGN', asked, { after: null, rows: campaignIds.length });
    });
    const [first, second] = [campaignId, otherCampaignId].map((id) =>
      rateOf(
        shareOf(
          found.find(({ key }) => key === id),
          measure,
        ),
      ),
    ) as [Rate, Rate];
    return { first, second, comparison: compareShares(first, second) };
  }

  /**
   * How the texts of a step did: of invitations by who accepted, of all else by who answered. Texts that older versions of the
   * step had are among them. Throws NOT_FOUND for a step that is not the campaign's.
   */
  async compareVariants(viewer: Viewer, compared: VariantsCompared): Promise<StepCompared> {
    const { campaignId, definition } = compared;
    const step = definition?.steps.find((one) => isTouch(one) && one.key === compared.step);
    if (!step) throw new Failure('NOT_FOUND', 'The campaign has no such step that is sent.');
    const measure = step.kind === 'CONNECT' ? 'ACCEPTANCE' : 'REPLY';
    const found = await this.read(viewer, compared, (transaction, time) => {
      const everybody = { clientAccountId: null, seatId: null, people: null };
      const asked = { ...everybody, campaignIds: [campaignId], ...time };
      return listRates(transaction, viewer, 'VARIANT', asked, { after: null, rows: VARIANTS_MAX });
    });
    const counts = new Map(
      found.flatMap((one) => {
        const [key, variant] = JSON.parse(one.key) as [string, string];
        return key === step.key ? [[variant, one] as const] : [];
      }),
    );
    const names = new Set([...variantsOf(step).map(({ key }) => key), ...counts.keys()]);
    const variants = [...names].map((variant) => ({
      variant,
      ...rateOf(shareOf(counts.get(variant), measure)),
    }));
    return { measure, variants, leaders: compareLeaders(variants) };
  }

  private async read(
    viewer: Viewer,
    asked: Pick<RatesFilter, 'from' | 'until'>,
    work: (transaction: LedgerTransaction, time: Time, at: Instant) => Promise<RateCounts[]>,
  ): Promise<RateCounts[]> {
    let time: Time | null = null;
    const count = (): Promise<RateCounts[]> =>
      this.reader.read(viewer, (transaction, at) => {
        time = timeOf(asked, at);
        return work(transaction, time, at);
      });
    try {
      return await this.turns.run(viewer.agencyId, count, callerOf(viewer));
    } catch (error) {
      // What is short takes long for the database's own reasons.
      if (isCancelled(error) && isLong(time)) throw new Failure('BAD_USER_INPUT', TOO_MUCH);
      throw error;
    }
  }
}

function isLong(time: Time | null): boolean {
  return time !== null && time.until - time.from > LONG_DAYS * DAY;
}

/** Whom a segment means now, of its own client account; nobody of another one's. */
function peopleOf(
  segment: Segment | typeof NOBODY | null,
  { clientAccountId }: Pick<RatesFilter, 'clientAccountId'>,
  at: Instant,
): Pick<RatesAsked, 'people' | 'clientAccountId'> {
  if (segment === null) return { people: null, clientAccountId };
  if (segment === NOBODY || (clientAccountId !== null && clientAccountId !== segment.clientAccountId)) {
    return { people: { text: 'false', values: [] }, clientAccountId };
  }
  const condition = conditionOf(segment.filter);
  const people = sqlOf(condition, { first: PEOPLE_FROM, at, account: '$4' });
  return { people, clientAccountId: segment.clientAccountId };
}

function timeOf(
  { from, until }: { readonly from: Instant | null; readonly until: Instant | null },
  at: Instant,
): Time {
  const end = until ?? at;
  const start = from ?? end - DAYS_USUALLY * DAY;
  if (start >= end) throw new Failure('BAD_USER_INPUT', '`from` is before `until`.');
  if (end - start > DAYS_MAX * DAY) {
    throw new Failure('BAD_USER_INPUT', `\`from\` and \`until\` are ${DAYS_MAX} days apart at most.`);
  }
  return { from: start, until: end };
}

function ratesOf(counts: RateCounts): RatesOfGroup {
  return {
    key: counts.key,
    acceptance: rateOf(shareOf(counts, 'ACCEPTANCE')),
    reply: rateOf(shareOf(counts, 'REPLY')),
  };
}

function shareOf(counts: RateCounts | undefined, measure: RateMeasure): Share {
  if (!counts) return { count: 0, of: 0 };
  return measure === 'ACCEPTANCE'
    ? { count: counts.accepted, of: counts.invited }
    : { count: counts.replied, of: counts.written };
}

function rateOf(share: Share): Rate {
  return { ...share, ...wilson(share) };
}
