import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { wireServices } from '../../../src/services/wired.js';
import { done, newSeat, seedAgency, type SeededAgency, servicesOn } from '../../support/agency.js';
import { DEFINITION } from './work-queue.support.js';

export interface Drafted {
  readonly agency: SeededAgency;
  readonly campaignId: string;
}

export interface Drafting {
  /** A campaign with all that a launch needs, of so many seats and people. */
  readonly drafted: (seatCount: number, people: number) => Promise<Drafted>;
  /** So many more people on the list of its client account. */
  readonly list: (agency: SeededAgency, people: number, tags?: readonly string[]) => Promise<void>;
}

export function draftingOn(dataSource: DataSource, services: ReturnType<typeof wireServices>): Drafting {
  const list = async (
    { owner, clientAccount }: SeededAgency,
    people: number,
    tags: readonly string[] = [],
  ): Promise<void> => {
    if (people === 0) return;
    const prospects = Array.from({ length: people }, () => ({
      ...{
        profileUrl: `https://www.linkedin.com/in/${randomUUID()}`,
        firstName: 'First',
        company: 'Company',
        tags,
      },
    }));
    done(await services.prospects.addProspects(owner, { clientAccountId: clientAccount.id, prospects }));
  };
  const drafted = async (seatCount: number, people: number): Promise<Drafted> => {
    const agency = await seedAgency(dataSource, { plan: { seatAllowance: 100 } });
    const { owner, clientAccount } = agency;
    const seatIds = [agency.seat.id];
    const { seats } = servicesOn(dataSource);
    while (seatIds.length < seatCount)
      seatIds.push(done(await seats.addSeat(owner, newSeat(clientAccount.id))).id);
    const named = { clientAccountId: clientAccount.id, name: 'Spring', seatIds };
    const { id: campaignId } = done(await services.campaigns.createCampaign(owner, named));
    const { changes } = services.campaignDesk;
    done(await changes.updateCampaign(owner, { campaignId, audienceTags: [] }));
    done(await changes.setCampaignSteps(owner, { campaignId, definition: DEFINITION }));
    await list(agency, people);
    return { agency, campaignId };
  };
  return { drafted, list };
}
