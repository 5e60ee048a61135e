import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { wireServices } from '../../../src/services/wired.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import {
  done,
  newSeat,
  seedAgency,
  type SeededAgency,
  servicesOn,
  TEST_FINGERPRINTS,
} from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';
import { DEFINITION } from './work-queue.support.js';

export interface Drafted {
  readonly agency: SeededAgency;
  readonly campaignId: string;
}

/** The services with a ledger of their own, and what an enrolment is made with. */
export interface EnrollingStage {
  readonly dataSource: DataSource;
  readonly reader: LedgerReader;
  readonly services: ReturnType<typeof wireServices>;
  /** A campaign with all that a launch needs, of so many seats and people. */
  readonly drafted: (seatCount: number, people: number) => Promise<Drafted>;
  /** So many more people on the list of its client account. */
  readonly list: (agency: SeededAgency, people: number, tags?: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openEnrolling(connectionsMax: number): Promise<EnrollingStage> {
  const { appUrl } = await testDatabase();
  const dataSource = await openDataSource(appUrl, { connectionsMax });
  const ledger = new Ledger(appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  const reader = new LedgerReader(appUrl);
  const parts = { dataSource, ledger, reader, fingerprints: TEST_FINGERPRINTS, previewCap: null };
  const services = wireServices(parts);
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
  const close = async (): Promise<void> => {
    await ledger.close();
    await reader.close();
    await dataSource.destroy();
  };
  return { dataSource, reader, services, drafted, list, close };
}
