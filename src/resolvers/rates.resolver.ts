import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Failure } from '../errors.js';
import { comparisonInWords } from '../outreach/rates.js';
import { Campaign } from '../schema/campaign.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import type { Connection } from '../schema/connection.js';
import { fill } from '../schema/fill.js';
import {
  CampaignComparison,
  CompareCampaignsArgs,
  CompareVariantsArgs,
  EngagementRate,
  EngagementRateConnection,
  EngagementRatesArgs,
  Rate,
  VariantComparison,
  VariantRate,
} from '../schema/rates.schema.js';
import { Seat } from '../schema/seat.schema.js';
import { versionName } from '../services/campaigns/campaign.reading.js';
import type { RateGrouping } from '../quota/words.js';
import type {
  Compared,
  Rate as Counted,
  RatesOfGroup,
  RatesService,
  StepCompared,
} from '../services/campaigns/rates.service.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import type { Pages } from './pages.js';
import { showCampaign, showClientAccount, showLoaded, showSeat } from './show.js';

@Resolver(() => EngagementRate)
export class RatesResolver {
  constructor(
    private readonly service: RatesService,
    private readonly pages: Pages,
  ) {}

  @Query(() => EngagementRateConnection, {
    description:
      'How invitations and messages were answered: what was imported counts as what was reported. Days newest first, all else in the order of its making; only what something was sent of.',
  })
  engagementRates(
    @Args(() => EngagementRatesArgs) args: EngagementRatesArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<EngagementRate>> {
    const filter = {
      clientAccountId: uuidOrNull('client', args.clientAccountId),
      seatId: uuidOrNull('seat', args.seatId),
      campaignId: uuidOrNull('campaign', args.campaignId),
      segmentId: uuidOrNull('segment', args.segmentId),
      ...{ from: args.from ?? null, until: args.until ?? null },
    };
    return this.pages.of(viewer, {
      type: EngagementRateConnection,
      name: `Query.engagementRates ${args.by}`,
      args,
      read: (page) => this.service.rates(viewer, args.by, filter, page),
      show: (rates) => showRates(args.by, rates),
    });
  }

  @Query(() => CampaignComparison, { description: 'Which of two campaigns did better, in a plain verdict.' })
  async compareCampaigns(
    @Args(() => CompareCampaignsArgs) args: CompareCampaignsArgs,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<CampaignComparison> {
    const campaignId = uuidOf('campaign', args.campaignId);
    const otherCampaignId = uuidOf('campaign', args.otherCampaignId);
    const campaigns = await Promise.all([
      loaders.campaign.load(campaignId),
      loaders.campaign.load(otherCampaignId),
    ]);
    const [first, second] = campaigns;
    if (!first || !second) throw new Failure('NOT_FOUND', 'There is no such campaign.');
    const time = { from: args.from ?? null, until: args.until ?? null };
    const asked = { campaignId, otherCampaignId, measure: args.measure, ...time };
    return showCompared(await this.service.compareCampaigns(viewer, asked), first.name, second.name);
  }

  @Query(() => VariantComparison, {
    description: 'Which text of a step of a campaign did best, in a plain verdict.',
  })
  async compareVariants(
    @Args(() => CompareVariantsArgs) { step, ...args }: CompareVariantsArgs,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<VariantComparison> {
    const campaignId = uuidOf('campaign', args.campaignId);
    const campaign = await loaders.campaign.load(campaignId);
    if (!campaign) throw new Failure('NOT_FOUND', 'There is no such campaign.');
    const number = campaign.draftVersion;
    const definition =
      number === null ? null : await loaders.stepsOfCampaign.load(versionName({ campaignId, number }));
    const time = { from: args.from ?? null, until: args.until ?? null };
    const asked = { campaignId, definition, step, ...time };
    return showVariants(await this.service.compareVariants(viewer, asked));
  }

  @FieldResolver(() => Seat, { nullable: true, description: 'The seat, where it is counted by seats.' })
  seat(@Root() { seatId }: EngagementRate, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }

  @FieldResolver(() => ClientAccount, {
    nullable: true,
    description: 'The client account, where it is counted by client accounts.',
  })
  clientAccount(
    @Root() { clientAccountId }: EngagementRate,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => Campaign, {
    nullable: true,
    description: 'The campaign, where it is counted by campaigns.',
  })
  campaign(
    @Root() { campaignId }: EngagementRate,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Campaign | null> {
    return showLoaded(loaders.campaign, campaignId, showCampaign);
  }
}

function showRates(by: RateGrouping, { key, acceptance, reply }: RatesOfGroup): EngagementRate {
  const [step = null, variant = null] = placeOf(by, key);
  return fill(EngagementRate, {
    ...{ step, variant },
    seatId: by === 'SEAT' ? key : null,
    clientAccountId: by === 'CLIENT_ACCOUNT' ? key : null,
    campaignId: by === 'CAMPAIGN' ? key : null,
    day: by === 'DAY' ? key : null,
    acceptance: showRate(acceptance),
    reply: showRate(reply),
  });
}

function placeOf(by: RateGrouping, key: string): string[] {
  if (by === 'VARIANT') return JSON.parse(key) as string[];
  return by === 'STEP' ? [key] : [];
}

function showRate({ count, of, low, high }: Counted): Rate {
  return fill(Rate, { sent: of, answered: count, rate: of === 0 ? null : count / of, low, high });
}

function showCompared(
  { first, second, comparison }: Compared,
  one: string,
  other: string,
): CampaignComparison {
  return fill(CampaignComparison, {
    ...{ first: showRate(first), second: showRate(second) },
    ...{ verdict: comparison.verdict, confidence: comparison.confidence },
    more: comparison.verdict === 'NOT_ENOUGH' ? comparison.more : null,
    message: comparisonInWords(comparison, one, other),
  });
}

const NOT_ALL_SENT = 'Not enough yet: not all of them were sent.';

function showVariants({ measure, variants, leaders }: StepCompared): VariantComparison {
  const shown = variants.map(({ variant, ...rate }) => fill(VariantRate, { variant, rate: showRate(rate) }));
  const none = { best: null, confidence: 0, more: null, message: 'There are no two texts to compare.' };
  if (leaders === null) return fill(VariantComparison, { measure, variants: shown, ...none });
  const { leader, next, comparison } = leaders;
  const isTold = comparison.verdict !== 'NOT_ENOUGH';
  return fill(VariantComparison, {
    ...{ measure, variants: shown, best: isTold ? leader.variant : null },
    ...{ confidence: comparison.confidence, more: isTold ? null : comparison.more },
    message: next.of === 0 ? NOT_ALL_SENT : comparisonInWords(comparison, leader.variant, next.variant),
  });
}
