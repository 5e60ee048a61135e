import { HOUR, type Instant } from '../../quota/window.js';
import type { UsageHourRow } from './tables.js';

/** What usage_hour has in its key where there was no campaign. */
const NO_CAMPAIGN = '00000000-0000-0000-0000-000000000000';

export type Happening = 'allowed' | 'denied' | 'committed' | 'released' | 'recorded';

/** Whose hour something happened in. */
export interface Happened {
  readonly agencyId: string;
  readonly seatId: string;
  readonly clientAccountId: string;
  readonly campaignId: string | null;
  readonly action: string;
}

/** The rollups of hours: what happened in each is gathered here, and added to what is kept of it. */
export class UsageHours {
  private readonly hours = new Map<string, UsageHourRow>();

  /** Counts something in the rollup of its hour. */
  tell(
    happening: Happening,
    { agencyId, seatId, clientAccountId, campaignId, action }: Happened,
    at: Instant,
    count = 1,
  ): void {
    const hour = at - (at % HOUR);
    const campaign = campaignId ?? NO_CAMPAIGN;
    const key = [agencyId, seatId, clientAccountId, campaign, action, hour].join(' ');
    const row = this.hours.get(key) ?? {
      agency_id: agencyId,
      seat_id: seatId,
      client_account_id: clientAccountId,
      campaign_id: campaign,
      action,
      hour,
      allowed: 0,
      denied: 0,
      committed: 0,
      released: 0,
      recorded: 0,
    };
    row[happening] += count;
    this.hours.set(key, row);
  }

  rows(): UsageHourRow[] {
    return [...this.hours.values()];
  }

  /** Those before an instant, which are told no more. */
  take(before: Instant): UsageHourRow[] {
    const taken = this.rows().filter(({ hour }) => hour < before);
    for (const [key, { hour }] of this.hours) if (hour < before) this.hours.delete(key);
    return taken;
  }
}
