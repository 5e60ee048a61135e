import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { Refusal } from '../../src/errors.js';
import { AgencyService } from '../../src/services/agency/agency.service.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import { ClientAccountService } from '../../src/services/agency/client-account.service.js';
import { PlanService } from '../../src/services/agency/plan.service.js';
import { SeatService } from '../../src/services/seats/seat.service.js';
import { toId } from '../../src/schema/ids.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { Fingerprints } from '../../src/tenancy/fingerprint.js';
import { systemViewer } from '../../src/tenancy/viewer.js';

/** An agency of a running server, with its owner's key. */
export interface KeyedOffice {
  readonly key: string;
  /** A TypeID, as all of them. */
  readonly agencyId: string;
  readonly planId: string;
  readonly clientAccountId: string;
  readonly seatIds: readonly string[];
}

/** Joins the database of a data directory and sets an agency up there. */
export async function openKeyedOffice(dataDirectory: string, seats: number): Promise<KeyedOffice> {
  const database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
  const dataSource = await openDataSource(database.appUrl, {});
  try {
    const audit = new AuditLog(new Fingerprints(database.secret));
    const changes = new Changes(dataSource);
    const { agency, secret } = done(
      await new AgencyService(dataSource, audit).createAgency({ name: 'Agency', timeZone: 'UTC' }),
    );
    const viewer = systemViewer(agency.agencyId, 'test');
    const plan = done(
      await new PlanService(dataSource, changes, audit).createPlan(viewer, {
        name: 'Plan',
        seatAllowance: seats,
      }),
    );
    const account = done(
      await new ClientAccountService(dataSource, changes, audit).createClientAccount(viewer, {
        name: 'Client',
        planId: plan.id,
        timeZone: 'UTC',
      }),
    );
    const service = new SeatService(changes, audit);
    const seatIds: string[] = [];
    for (let index = 0; index < seats; index += 1) {
      const seat = await service.addSeat(viewer, {
        clientAccountId: account.id,
        holderName: `Holder ${index}`,
        profileUrl: `https://www.linkedin.com/in/holder-${index}`,
        tier: 'BASIC',
        timeZone: 'UTC',
        holderAgreedOn: '2026-01-01',
        history: 'NONE',
      });
      seatIds.push(toId('seat', done(seat).id));
    }
    const agencyId = toId('agency', agency.agencyId);
    const clientAccountId = toId('client', account.id);
    return { key: secret, agencyId, planId: toId('plan', plan.id), clientAccountId, seatIds };
  } finally {
    await dataSource.destroy();
    await database.close();
  }
}

function done<T>(outcome: T | Refusal): T {
  if (outcome instanceof Refusal) throw new Error(outcome.message);
  return outcome;
}
