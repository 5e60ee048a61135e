import type { SeededAgency } from '../../support/agency.js';
import { ImportDesk, secondsAgo, sentTo } from '../../support/import-desk.js';
import { ME } from '../../imports/reading.js';

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

async function told(): Promise<string[]> {
  const { alerts } = await desk.api.data(
    agency.key,
    '{ alerts { nodes { kind usage { limit { actions } } } } }',
  );
  return alerts.nodes
    .map((alert: { kind: string; usage: { limit: { actions: string[] } } | null }) =>
      [alert.kind, alert.usage?.limit.actions.length].filter(Boolean).join(' of '),
    )
    .sort();
}

/** Ten minutes apart: no burst. */
const apart = (count: number, since: number) =>
  Array.from({ length: count }, (_, index) => since - index * 600_000);

describe('P10: an import raises alerts', () => {
  it('of windows that are still open, not of last year’s', async () => {
    await desk.take(agency, sentTo(...apart(200, secondsAgo(400 * 86_400))));
    expect(await told()).toEqual([]);
  });

  it('whether its counters were kept before or not, once', async () => {
    const sent = apart(60, secondsAgo(60));
    await desk.take(agency, sentTo(...sent));
    const first = await told();
    expect(first).toContain('LIMIT_WARNING of 1');
    await desk.take(agency, sentTo(...sent));
    expect(await told()).toEqual(first);
    await desk.hold(agency);
    expect(await told()).toEqual(first);
    agency = await desk.api.seed({ seat: { profileUrl: ME } });
    await desk.hold(agency);
    await desk.take(agency, sentTo(...sent));
    expect(await told()).toContain('LIMIT_WARNING of 1');
  });

  it('a breach is told: it was done elsewhere', async () => {
    const burst = Array.from({ length: 16 }, (_, index) => secondsAgo(60 + index));
    await desk.take(agency, sentTo(...burst));
    expect(await told()).toEqual(['LIMIT_BREACHED of 1']);
  });
});
