import pg from 'pg';
import { SEE_AGENCIES } from '../../../src/tenancy/door.js';
import { uuidRandom } from '../../../src/tenancy/uuid.js';
import { openOffices, type Office } from '../../office.js';
import { contender, holdAndRelease, openLedger, recordViews } from '../asking.js';
import type { Bench, Contender, Plan, Scenario } from '../scenario.js';

const IN_FLIGHT = 64;
const HELD = [100, 10_000, 100_000];
/** Of a limit at the client account, which may be of any size. */
const MAX = 1_000_000;
const DAY_SECONDS = 86_400;
const SAME_WITHIN = 0.2;

/** The same work, on windows that hold few charges and very many: they leave all the while. */
export const WINDOWS: Plan = {
  name: 'windows',
  title: 'a window of 24 hours of the client account, 64 in flight, by the charges in it',
  async open({ appUrl }: Bench): Promise<Scenario> {
    const ledger = openLedger(appUrl);
    const contenders: Contender[] = [];
    for (const charges of HELD) {
      const [office] = await openOffices(appUrl, 1, 2);
      const [busy, asked] = office?.seatIds ?? [];
      if (!office || busy === undefined || asked === undefined) throw new Error('An office has two seats.');
      await setLimit(appUrl, office);
      const now = Date.now();
      const apart = (DAY_SECONDS * 1_000) / (charges + 1);
      const instants = Array.from({ length: charges }, (_, index) => Math.floor(now - (index + 1) * apart));
      await recordViews(ledger, office.viewer, busy, instants);
      const only = { ...office, seatIds: [asked] };
      contenders.push(contender(nameOf(charges), IN_FLIGHT, (timed) => holdAndRelease(ledger, only, timed)));
    }
    const [fewest = 0, ...more] = HELD;
    return {
      contenders,
      targets: more.map((charges) => ({
        of: nameOf(charges),
        against: nameOf(fewest),
        figure: 'perSecond',
        least: 1 - SAME_WITHIN,
      })),
      leftOut: [],
      close: () => ledger.close(),
    };
  },
};

function nameOf(charges: number): string {
  return `${charges.toLocaleString('en')} charges`;
}

async function setLimit(appUrl: string, { viewer, clientAccountId }: Office): Promise<void> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[viewer.agencyId]]);
  await client.query(
    `INSERT INTO scope_limit (agency_id, id, scope_kind, scope_id, actions, only_with_note, window_kind, window_seconds, max, created_at)
     VALUES ($1, $2, 'CLIENT_ACCOUNT', $3, '{PROFILE_VIEW}', false, 'ROLLING', $4, $5, 0)`,
    [viewer.agencyId, uuidRandom(), clientAccountId, DAY_SECONDS, MAX],
  );
  await client.query('COMMIT');
  await client.end();
}
