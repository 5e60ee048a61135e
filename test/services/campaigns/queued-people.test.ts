import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { dayEnd, dayOf, dayStart } from '../../../src/quota/calendar.js';
import { DAY, HOUR } from '../../../src/quota/window.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { uuidAt } from '../../../src/tenancy/uuid.js';
import { done, newSeat, seedAgency, servicesOn, type SeededAgency } from '../../support/agency.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { DEFINITION } from './work-queue.support.js';

/** A Thursday, at noon in UTC. */
const NOW = Date.UTC(2026, 10, 26, 12);
const EMBARGO = 30 * DAY;

/** A client account with a seat and two campaigns. */
interface Client {
  readonly pools: boolean;
  readonly seatId: string;
  readonly campaigns: readonly { readonly id: string; readonly endsAt: number }[];
}

/** Somebody who was taken into a campaign, or was contacted, so many hours ago. */
interface Known {
  readonly who: number;
  readonly campaign: number;
  readonly at: number;
  readonly isActive: boolean;
}

/** Whose midnights an answer is told by, whatever zone asks. */
const AGENCY_ZONE = 'Europe/Madrid';
const ZONES = ['UTC', 'Europe/Madrid', 'America/Sao_Paulo', 'Asia/Kolkata'];
const POOLS = [true, true, true, false];
const LAST_DAYS = [null, '2026-12-04'];

let stage: ClockedServices;
let agency: SeededAgency;
const clients: Client[] = [];

beforeAll(async () => {
  stage = await ClockedServices.open(4);
  await stage.database.setClock(NOW);
  agency = await seedAgency(stage.dataSource, { timeZone: AGENCY_ZONE });
  for (const [index, timeZone] of ZONES.entries()) clients.push(await addClient(timeZone, POOLS[index]!));
});
afterAll(() => stage.close());

async function addClient(timeZone: string, pools: boolean): Promise<Client> {
  const { owner, plan } = agency;
  const { clientAccounts, seats } = servicesOn(stage.dataSource);
  const terms = { name: timeZone, planId: plan.id, timeZone, poolsContacts: pools };
  const { id: clientAccountId } = done(await clientAccounts.createClientAccount(owner, terms));
  const { id: seatId } = done(await seats.addSeat(owner, newSeat(clientAccountId, { timeZone })));
  const campaigns = [];
  for (const endsOn of LAST_DAYS) {
    const named = { clientAccountId, name: 'Spring', seatIds: [seatId] };
    const { id } = done(await stage.services.campaigns.createCampaign(owner, named));
    const { changes } = stage.services.campaignDesk;
    done(await changes.updateCampaign(owner, { campaignId: id, audienceTags: [], endsOn }));
    done(await changes.setCampaignSteps(owner, { campaignId: id, definition: DEFINITION }));
    campaigns.push({ id, endsAt: endsOn === null ? Infinity : dayEnd(endsOn, timeZone) });
  }
  return { pools, seatId, campaigns };
}

/** Somebody whom the first client account has on its list, and all that is known of them. */
class Person {
  private constructor(
    private readonly profileUrl: string,
    private readonly places: readonly Known[],
    private readonly contacts: readonly Known[],
  ) {}

  static async of(places: readonly Known[], contacts: readonly Known[]): Promise<Person> {
    await stage.database.setClock(NOW);
    const { owner, clientAccount, agencyId } = agency;
    const profileUrl = `https://www.linkedin.com/in/${randomUUID()}`;
    const added = { clientAccountId: clientAccount.id, prospects: [{ profileUrl }] };
    const results = done(await stage.services.prospects.addProspects(owner, added));
    const prospect = results[0]!.prospect!;
    // Two who are taken in at one moment go by their ids.
    const rows = places.map((place, index) => ({ ...place, id: uuidAt(NOW + index) }));
    await inAgency(stage.dataSource, owner, async (manager) => {
      for (const { who, campaign, at, isActive, id } of rows) {
        const { seatId, campaigns } = clients[who]!;
        await manager.query(
          `INSERT INTO enrolment (agency_id, id, campaign_id, recipient_id, seat_id, version, state, ended_because, step, step_since,
             degree, open_profile, enrolled_at, ended_at)
           VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 'invite', $8, 'UNKNOWN', false, $8, $9)`,
          [
            ...[agencyId, id, campaigns[campaign]!.id, prospect.recipientId, seatId],
            ...(isActive ? ['ACTIVE', null, at, null] : ['STOPPED', 'BY_HAND', at, at]),
          ],
        );
      }
    });
    const sent = contacts.map(({ who, at: occurredAt }) => {
      const { seatId } = clients[who]!;
      const recipient = { profileUrl };
      return { seatId, action: 'INMAIL', recipient, occurredAt, idempotencyKey: randomUUID() } as const;
    });
    if (sent.length > 0) done(await stage.services.activities.record(owner, sent));
    const inOrder = places.toSorted((one, other) => one.at - other.at);
    return new Person(profileUrl, inOrder, contacts);
  }

  /** Until when the books refuse them to a client account as another one's; null where they do not. */
  async takenUntil(who: number, at: number): Promise<number | null> {
    await stage.database.setClock(at);
    const asked = { seatId: clients[who]!.seatId, action: 'DIRECT_MESSAGE' } as const;
    const recipient = { profileUrl: this.profileUrl, degree: 'FIRST' } as const;
    const { decision } = await stage.services.reservations.preview(agency.owner, { ...asked, recipient });
    const reason = decision.reasons.find(({ code }) => code === 'TAKEN_BY_OTHER_CLIENT');
    if (!reason) return null;
    expect(reason.retryAt).not.toBeNull();
    return reason.retryAt;
  }

  /** The same by counting: whether anything of this day so far says no, hour by hour, and the first midnight at which it does not. */
  expectedUntil(who: number, at: number): number | null {
    const { pools } = clients[who]!;
    if (!pools || !this.isTakenOn(who, at)) return null;
    let midnight = dayEnd(dayOf(at, AGENCY_ZONE), AGENCY_ZONE);
    while (this.isTakenOn(who, midnight)) midnight = dayEnd(dayOf(midnight, AGENCY_ZONE), AGENCY_ZONE);
    return midnight;
  }

  private isTakenOn(who: number, at: number): boolean {
    const start = dayStart(dayOf(at, AGENCY_ZONE), AGENCY_ZONE);
    for (let instant = start; instant <= at; instant += HOUR / 2) if (this.isTaken(who, instant)) return true;
    return false;
  }

  /** Whoever has them, or has contacted them, goes on until the midnight that others are told. */
  private isTaken(who: number, at: number): boolean {
    const goesOn = (until: number): boolean => at < dayEnd(dayOf(until - 1, AGENCY_ZONE), AGENCY_ZONE);
    const pooled = this.contacts.filter((one) => clients[one.who]!.pools);
    if (pooled.some((one) => one.who !== who && one.at <= at && at < one.at + EMBARGO)) return true;
    if (pooled.some((one) => one.who === who && goesOn(one.at + EMBARGO))) return false;
    const first = this.places.find((place) => {
      const { pools, campaigns } = clients[place.who]!;
      const until = Math.min(place.at + EMBARGO, campaigns[place.campaign]!.endsAt);
      const isTheirs = place.who === who ? goesOn(until) : at < until;
      return pools && place.isActive && place.at <= at && isTheirs;
    });
    return first !== undefined && first.who !== who;
  }
}

const KNOWN = fc.record({
  who: fc.nat(ZONES.length - 1),
  campaign: fc.nat(LAST_DAYS.length - 1),
  at: fc.integer({ min: -45 * 24, max: 0 }).map((hours) => NOW + hours * HOUR),
  isActive: fc.constantFrom(true, true, true, false),
});
const PLACES = fc.uniqueArray(KNOWN, { maxLength: 6, selector: ({ who, campaign }) => `${who} ${campaign}` });

/** The thirty days of the one are over at the very instant at which the other took them in: today they are still the first one's. */
const ONE_AFTER_THE_OTHER = [
  { who: 1, campaign: 0, at: NOW, isActive: true },
  { who: 0, campaign: 0, at: NOW - EMBARGO, isActive: true },
];

it('P6: who waits in a campaign is taken for others exactly as counting says, and for one at least of those who wait never', async () => {
  await fc.assert(
    fc.asyncProperty(PLACES, fc.array(KNOWN, { maxLength: 2 }), async (places, contacts) => {
      const person = await Person.of(places, contacts);
      for (const who of clients.keys()) {
        const until = await person.takenUntil(who, NOW);
        expect(until).toBe(person.expectedUntil(who, NOW));
        if (until === null) continue;
        expect(await person.takenUntil(who, until - 1)).toBe(until);
        expect(await person.takenUntil(who, until)).toBe(person.expectedUntil(who, until));
      }
    }),
    { numRuns: 60, examples: [[ONE_AFTER_THE_OTHER, []]] },
  );
}, 120_000);

it('a hundred campaigns of whoever asks put out nobody who had them before', async () => {
  const { clientAccountId, seatId } = await pooling('UTC');
  const many = [];
  for (let index = 0; index < 101; index += 1) {
    const named = { clientAccountId, name: `${index}`, seatIds: [] };
    const { id } = done(await stage.services.campaigns.createCampaign(agency.owner, named));
    const steps = { campaignId: id, definition: DEFINITION };
    done(await stage.services.campaignDesk.changes.setCampaignSteps(agency.owner, steps));
    many.push({ id, endsAt: Infinity });
  }
  const who = clients.push({ pools: true, seatId, campaigns: many }) - 1;
  const places = many.map((_, campaign) => ({ who, campaign, at: NOW - HOUR, isActive: true }));
  const first = { who: 1, campaign: 0, at: NOW - DAY, isActive: true };
  const person = await Person.of([first, ...places], []);
  // A day before now, thirty days, and the midnight of the agency that follows.
  const until = Date.UTC(2026, 11, 25, 23);
  expect(await person.takenUntil(who, NOW)).toBe(until);
  expect(await person.takenUntil(1, NOW)).toBeNull();
  clients.pop();
});

it('the campaign that took them in first has them, is not refused by itself, and gives them back when it ends', async () => {
  await stage.database.setClock(NOW);
  const { owner } = agency;
  const profileUrl = `https://www.linkedin.com/in/${randomUUID()}`;
  const launched = [];
  for (const timeZone of ['UTC', 'Europe/Lisbon']) {
    const { seatId, clientAccountId } = await pooling(timeZone);
    const prospect = { profileUrl, firstName: 'First', lastName: 'Last', company: 'Company' };
    done(await stage.services.prospects.addProspects(owner, { clientAccountId, prospects: [prospect] }));
    const named = { clientAccountId, name: 'Autumn', seatIds: [seatId] };
    const { id: campaignId } = done(await stage.services.campaigns.createCampaign(owner, named));
    const { changes, life } = stage.services.campaignDesk;
    done(await changes.updateCampaign(owner, { campaignId, audienceTags: [] }));
    done(await changes.setCampaignSteps(owner, { campaignId, definition: DEFINITION }));
    done(await life.launchCampaign(owner, campaignId));
    launched.push({ campaignId, seatId });
    await stage.database.setClock(NOW + HOUR);
  }
  const [first, second] = launched as [Launched, Launched];
  const refused = await claim(second.seatId);
  // The midnight of the agency that follows 30 days from when the first one took them in.
  expect(refused.decision.reasons.map(({ code, retryAt }) => [code, retryAt])).toEqual([
    ['TAKEN_BY_OTHER_CLIENT', Date.UTC(2026, 11, 26, 23)],
  ]);
  const { touches } = await stage.services.touches.nextTouches(owner, second.seatId, 1);
  expect(touches).toEqual([]);
  const { decision, reservation } = await claim(first.seatId);
  expect(decision.outcome).toBe('ALLOWED');
  done(await stage.services.releases.release(owner, { reservationId: reservation!.id }));
  const ask = { seatId: second.seatId, action: 'CONNECTION_REQUEST', recipient: { profileUrl } } as const;
  expect((await stage.services.reservations.preview(owner, ask)).decision.outcome).toBe('DENIED');
  done(await stage.services.campaignDesk.life.completeCampaign(owner, first.campaignId));
  expect((await stage.services.reservations.preview(owner, ask)).decision.outcome).toBe('ALLOWED');
});

interface Launched {
  readonly campaignId: string;
  readonly seatId: string;
}

async function pooling(timeZone: string): Promise<{ seatId: string; clientAccountId: string }> {
  const { owner, plan } = agency;
  const { clientAccounts, seats } = servicesOn(stage.dataSource);
  const terms = { name: 'Client', planId: plan.id, timeZone, poolsContacts: true };
  const { id: clientAccountId } = done(await clientAccounts.createClientAccount(owner, terms));
  const { id: seatId } = done(await seats.addSeat(owner, newSeat(clientAccountId, { timeZone })));
  return { seatId, clientAccountId };
}

/** Asks for the first touch of a seat. */
async function claim(seatId: string) {
  const { touches } = await stage.services.touches.nextTouches(agency.owner, seatId, 1);
  const terms = { touchId: touches[0]!.touch.id, idempotencyKey: randomUUID() };
  return done(await stage.services.touchClaims.claimTouch(agency.owner, terms)).decided!;
}
