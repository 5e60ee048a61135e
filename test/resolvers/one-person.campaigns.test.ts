import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import type { CampaignStage } from './campaign.support.js';
import { ProspectDesk } from './prospect-desk.js';
import { Operators } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const DAY = 86_400_000;
const LOOK = [{ key: 'look', kind: 'ENGAGE', action: 'COMMENT' }];
const ACCEPTED = [
  { key: 'accepted', kind: 'BRANCH', delayMinutes: 10_080, condition: 'ACCEPTED' },
  { key: 'look', kind: 'ENGAGE', action: 'COMMENT' },
];
const SLUG = 'https://www.linkedin.com/in/ada';
const LEAD = 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF';

let clocked: ClockedApi;
let api: Api;

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.close());
beforeEach(() => clocked.setClock(MORNING));

interface Open {
  readonly queue: Operators;
  readonly desk: ProspectDesk;
  readonly stage: CampaignStage;
}

/** A campaign that is launched, and takes in nobody yet. */
async function open(steps: readonly object[] = LOOK): Promise<Open> {
  const queue = await Operators.of(clocked, 1, steps);
  return { queue, stage: queue.stage, desk: new ProspectDesk(api, queue.stage.agency) };
}

const named = (profileUrl: string): object => ({
  ...{ profileUrl, firstName: 'Ada', lastName: 'Lovelace', company: 'Engines', position: 'engineer' },
  tags: ['spring'],
});
const meet = (desk: ProspectDesk, profileUrl: string) => desk.send('FOLLOW', { profileUrl });
const join = (desk: ProspectDesk) => desk.add([{ profileUrl: SLUG, salesNavigatorUrl: LEAD }]);

async function takeIn({ stage, desk }: Open, ...addresses: string[]): Promise<void> {
  await desk.add(addresses.map(named));
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
}

/** What became of whoever is in the campaign, by their address, the one who was there from the beginning left out. */
async function enrolled({ stage }: Open): Promise<string[][]> {
  const rows = await stage.rows(
    `SELECT r.profile_url AS url, e.state, e.ended_because AS because, e.degree FROM enrolment e
     JOIN recipient r ON r.agency_id = $1 AND r.id = e.recipient_id
     WHERE e.agency_id = $1 AND (r.profile_url = '${SLUG}' OR r.profile_url LIKE '%/sales/%') ORDER BY e.enrolled_at, e.id`,
  );
  return rows.map(({ url, state, because, degree }: Json) => [url, state, because, degree]);
}

/** What claims of some touches are answered with, one after the other, as far apart as a seat's are. */
async function claim({ queue }: Open, ids: readonly string[]): Promise<Json[]> {
  const claims: Json[] = [];
  for (const id of ids) {
    await clocked.pass(600_000);
    claims.push(await queue.claim(id));
  }
  return claims;
}

/** How many touches of theirs are due. */
async function due({ queue, stage }: Open): Promise<number> {
  await queue.next();
  const rows = await stage.rows(
    `SELECT t.id FROM touch t JOIN enrolment e ON e.agency_id = $1 AND e.id = t.enrolment_id
     JOIN recipient r ON r.agency_id = $1 AND r.id = e.recipient_id
     WHERE t.agency_id = $1 AND t.state IN ('DUE', 'CLAIMED') AND (r.profile_url = '${SLUG}' OR r.profile_url LIKE '%/sales/%')`,
  );
  return rows.length;
}

describe.each([
  ['the address of the site', SLUG, LEAD],
  ['that of Sales Navigator', LEAD, SLUG],
])('whoever was taken in by %s', (_, one, other) => {
  it.each([
    ['REPLIED', 'STOPPED', 'REPLIED'],
    ['OPTED_OUT', 'STOPPED', 'DO_NOT_CONTACT'],
  ])('is stopped by %s under the other address', async (kind, state, because) => {
    const world = await open();
    for (const address of [SLUG, LEAD]) await meet(world.desk, address);
    await takeIn(world, one);
    expect(await due(world)).toBe(1);
    await join(world.desk);
    await clocked.pass(1_000);
    await world.queue.engage(other, kind);
    const { touches } = await world.queue.next();
    for (const { touch } of touches) await world.queue.claim(touch.id);
    const [[, ...became] = []] = await enrolled(world);
    expect(became.slice(0, 2)).toEqual([state, because]);
    expect(await due(world)).toBe(0);
  });

  it('has accepted where they accepted by the other', async () => {
    const world = await open(ACCEPTED);
    for (const address of [SLUG, LEAD]) await meet(world.desk, address);
    await takeIn(world, one);
    await join(world.desk);
    expect(await due(world)).toBe(0);
    await clocked.pass(1_000);
    await world.queue.engage(other, 'INVITATION_ACCEPTED');
    await clocked.pass(8 * DAY);
    expect(await due(world)).toBe(1);
  });

  it('is of the first degree where they are connected by the other', async () => {
    const world = await open();
    for (const address of [SLUG, LEAD]) await meet(world.desk, address);
    await world.queue.engage(other, 'INVITATION_ACCEPTED');
    await join(world.desk);
    await takeIn(world, one);
    const all = await enrolled(world);
    expect(all.map(([, , , degree]) => degree)).toEqual(['FIRST']);
  });

  it('is not taken in again by the other', async () => {
    const world = await open();
    for (const address of [SLUG, LEAD]) await meet(world.desk, address);
    await takeIn(world, one);
    await join(world.desk);
    await takeIn(world, other);
    expect((await enrolled(world)).map(([url]) => url)).toEqual([one]);
  });

  it('goes on where both were taken in before anybody knew; the later one ends', async () => {
    const world = await open();
    for (const address of [SLUG, LEAD]) await meet(world.desk, address);
    await takeIn(world, one);
    await clocked.pass(1_000);
    await takeIn(world, other);
    expect(await due(world)).toBe(2);
    await join(world.desk);
    expect(await due(world)).toBe(1);
    expect(await enrolled(world)).toEqual([
      [one, 'ACTIVE', null, 'UNKNOWN'],
      [other, 'STOPPED', 'SAME_PERSON', 'UNKNOWN'],
    ]);
  });

  it('gets no touch by the other that was due already', async () => {
    const world = await open();
    for (const address of [SLUG, LEAD]) await meet(world.desk, address);
    await takeIn(world, one);
    await clocked.pass(1_000);
    await takeIn(world, other);
    const ids = (await world.queue.next()).touches.map(({ touch }: Json) => touch.id);
    await join(world.desk);
    const claims = await claim(world, ids);
    expect(claims.filter(({ decision }) => decision?.outcome === 'ALLOWED')).toHaveLength(2);
    expect(claims.map(({ touch }) => touch.endedBecause).filter(Boolean)).toEqual(['SAME_PERSON']);
  });
});

it('both addresses of one person on a list are taken in once', async () => {
  const world = await open();
  for (const address of [SLUG, LEAD]) await meet(world.desk, address);
  await world.desk.add([named(SLUG), named(LEAD)]);
  await join(world.desk);
  expect((await world.desk.list()).totalCount).toBe(3);
  await takeIn(world);
  expect((await enrolled(world)).map(([url]) => url)).toEqual([SLUG]);
});

it('whoever was taken in by an address that was given up is written to by the one that stays', async () => {
  const world = await open();
  await takeIn(world, LEAD);
  await world.desk.add([{ ...named(SLUG), salesNavigatorUrl: LEAD }]);
  await join(world.desk);
  expect(await due(world)).toBe(1);
  const { touches } = await world.queue.next();
  const claims = await claim(
    world,
    touches.map(({ touch }: Json) => touch.id),
  );
  expect(claims.map(({ decision }) => decision?.outcome)).toEqual(['ALLOWED', 'ALLOWED']);
  expect(claims.map(({ profileUrl }) => profileUrl)).toContain(SLUG);
});
