import type { Database } from './database/database.js';
import { inTurnForDemo } from './database/turn.js';
import { AgencyService } from './services/agency/agency.service.js';
import { ApiKeyService } from './services/members/api-key.service.js';
import { AuditLog } from './services/audit-log.js';
import { Changes } from './services/changes.js';
import { ClientAccountService } from './services/agency/client-account.service.js';
import { seedDemoAgencies } from './services/demo.service.js';
import { PlanService } from './services/agency/plan.service.js';
import { SeatReader } from './services/seats/seat.reader.js';
import { SeatService } from './services/seats/seat.service.js';
import { openDataSource } from './tenancy/data-source.js';
import { Fingerprints } from './tenancy/fingerprint.js';

/** Puts the demo into an embedded database, where it isn't there yet. Answers what of it could not be made, and why. */
export async function seedDemo(database: Database): Promise<string[]> {
  const dataSource = await openDataSource(database.appUrl);
  try {
    const changes = new Changes(dataSource);
    const audit = new AuditLog(new Fingerprints(database.secret));
    const services = {
      agencies: new AgencyService(dataSource, audit),
      plans: new PlanService(dataSource, changes, audit),
      clientAccounts: new ClientAccountService(dataSource, changes, audit),
      seats: new SeatReader(dataSource),
      seatChanges: new SeatService(changes, audit),
      apiKeys: new ApiKeyService(dataSource, changes, audit),
    };
    return await inTurnForDemo(database.appUrl, () => seedDemoAgencies(services));
  } finally {
    await dataSource.destroy();
  }
}
