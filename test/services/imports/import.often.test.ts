import { INVITED_OFTEN_MAX } from '../../../src/ledger/invitations/invited-often.js';
import type { SeededAgency } from '../../support/agency.js';
import { writtenUnzoned } from '../../support/exports.js';
import { ImportDesk, secondsAgo } from '../../support/import-desk.js';
import { ALICE, BOB, INVITATION_HEADER, ME } from '../../imports/reading.js';
import { seeing } from '../../ledger/support.js';

let desk: ImportDesk;
let agency: SeededAgency;

beforeAll(async () => {
  desk = await ImportDesk.open();
});
afterAll(() => desk.api.close());
beforeEach(async () => {
  agency = await desk.api.seed({ seat: { profileUrl: ME } });
});
afterEach(async () => {
  expect(await desk.drift(agency)).toEqual([]);
});

function invited(...sent: (readonly [url: string, at: number])[]) {
  const rows = sent.map(
    ([url, at]) => `Me Example,X Example,"${writtenUnzoned(at)}",,OUTGOING,${ME},${url}\n`,
  );
  return desk.take(agency, { 'Invitations.csv': INVITATION_HEADER + rows.join('') });
}

/** How many invitations the books hold of each person, and of nobody. */
function inBooks(): Promise<number[]> {
  return seeing(desk.database.appUrl, [agency.agencyId], async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int4 AS count FROM charge WHERE agency_id = $1 AND action = 'CONNECTION_REQUEST'
       GROUP BY recipient_id ORDER BY recipient_id IS NULL, count(*) DESC`,
      [agency.agencyId],
    );
    return rows.map(({ count }) => count);
  });
}

const daysAgo = (days: number) => secondsAgo(days * 86_400);

describe('an archive with more invitations of one person than anybody sends', () => {
  it('has all of them counted, and the older ones name nobody', async () => {
    const most = Array.from(
      { length: INVITED_OFTEN_MAX },
      (_, index) => [ALICE, daysAgo(10 + index)] as const,
    );
    const older = [2_000, 2_001, 2_002].map((days) => [ALICE, daysAgo(days)] as const);
    const toBob = [BOB, daysAgo(5)] as const;
    const report = await invited(...older, ...most, toBob);
    expect(report.recorded.CONNECTION_REQUEST).toBe(INVITED_OFTEN_MAX + 4);
    expect(report.warnings.join(' ')).toContain('3 invitations counted without a name');
    expect(await inBooks()).toEqual([INVITED_OFTEN_MAX, 1, 3]);
    const again = await invited(...older, ...most, [ALICE, daysAgo(3)], toBob);
    expect(again.alreadyKnown).toBe(INVITED_OFTEN_MAX + 4);
    expect(again.warnings.join(' ')).toContain('1 invitation counted without a name');
    expect(await inBooks()).toEqual([INVITED_OFTEN_MAX, 1, 4]);
  });

  it('says nothing of it where they are not too many', async () => {
    const most = Array.from(
      { length: INVITED_OFTEN_MAX },
      (_, index) => [ALICE, daysAgo(10 + index)] as const,
    );
    const report = await invited(...most);
    expect(report.warnings.join(' ')).not.toContain('without a name');
    expect(await inBooks()).toEqual([INVITED_OFTEN_MAX]);
  });
});
