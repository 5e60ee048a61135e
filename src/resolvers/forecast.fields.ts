import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Campaign } from '../schema/campaign.schema.js';
import { fill } from '../schema/fill.js';
import { Forecast, ForecastDay } from '../schema/forecast.schema.js';
import type { CampaignForecasts } from '../services/campaigns/campaign.forecast.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showLimitInZone } from './limit.show.js';
import { showReason } from './reason.show.js';

@Resolver(() => Campaign)
export class ForecastFields {
  constructor(private readonly forecasts: CampaignForecasts) {}

  @FieldResolver(() => Forecast, {
    nullable: true,
    description: 'Null until there is a prospect and a seat.',
  })
  async forecast(
    @Root() { id }: Campaign,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<Forecast | null> {
    const found = await this.forecasts.forecast(viewer, uuidOf('campaign', id));
    if (!found) return null;
    const { bottleneck, perDay, ...told } = found;
    const limit = bottleneck?.limit ? await showLimitInZone(loaders, bottleneck.limit) : null;
    return fill(Forecast, {
      ...told,
      perDay: perDay.map((day) => fill(ForecastDay, { ...day })),
      bottleneck: bottleneck && showReason(viewer, bottleneck, limit),
    });
  }
}
