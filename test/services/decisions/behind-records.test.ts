import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { ActivityResolver } from '../../../src/resolvers/activity.resolver.js';
import type { RequestContext } from '../../../src/resolvers/context.js';
import { toId } from '../../../src/schema/ids.js';
import { ActivityService, type ActivityTerms } from '../../../src/services/decisions/activity.service.js';
import { TEST_FINGERPRINTS } from '../../support/agency.js';
import { Stage } from '../../ledger/stage.js';
import { openOffice, type Office } from '../../ledger/support.js';
import type { Wire } from '../../ledger/wire.js';

let stage: Stage;
let wire: Wire;
let reader: LedgerReader;
let service: ActivityService;
let failures: unknown[];

beforeAll(async () => {
  stage = await Stage.open();
});
beforeEach(async () => {
  failures = [];
  wire = await stage.openWire();
  reader = new LedgerReader(wire.url);
  service = new ActivityService(stage.openLedger(), reader, TEST_FINGERPRINTS, {
    behind: (work) =>
      work.catch((error: unknown) => {
        failures.push(error);
        return null;
      }),
  });
});
afterEach(async () => {
  await reader.close();
  await stage.tidy();
});
afterAll(() => stage.close());

function sends(office: Office, action: ActivityTerms['action']) {
  return [
    { seatId: office.seatIds[0]!, action, occurredAt: Date.now() - 60_000, idempotencyKey: randomUUID() },
  ];
}

async function mendOnceTried(): Promise<void> {
  while (wire.tried === 0) await setImmediate();
  wire.mend();
}

async function recordedOf({ agencyId }: Office): Promise<number> {
  const { rows } = await stage.superuser.query('SELECT 1 FROM charge WHERE agency_id = $1', [agencyId]);
  return rows.length;
}

describe('what is looked at behind a record', () => {
  it('is looked at again where the way to the database broke off', async () => {
    const office = await openOffice(stage.appUrl);
    wire.cut();
    const mended = mendOnceTried();
    // A seat without a subscription may send no InMail.
    await stage.superuser.query(`UPDATE seat SET tier = 'BASIC' WHERE agency_id = $1`, [office.agencyId]);
    const told = await service.record(office.viewer, sends(office, 'INMAIL'));
    expect(told).toMatchObject({ recorded: 1, wouldHaveBeenRefused: 1, notLookedAt: null });
    expect(failures).toEqual([]);
    await mended;
  });

  it('is told as not looked at where it is not to be had, and the record as done', async () => {
    const office = await openOffice(stage.appUrl);
    wire.cut();
    const resolver = new ActivityResolver(service, undefined as never);
    const [send] = sends(office, 'FOLLOW');
    const inputs = [{ ...send!, seatId: toId('seat', send!.seatId), count: 1, withNote: false }];
    const told = await resolver.recordActivities(inputs, { viewer: office.viewer } as RequestContext);
    expect(told).toMatchObject({ recorded: 1, alreadyKnown: 0, wouldHaveBeenRefused: 0, usage: [] });
    expect(told.userErrors).toMatchObject([
      {
        code: 'NOT_LOOKED_AT',
        message: expect.stringMatching(/All is recorded.*wouldHaveBeenRefused, usage/),
      },
    ]);
    expect(failures).toHaveLength(2);
    expect(await recordedOf(office)).toBe(1);
  });
});
