import { randomUUID } from 'node:crypto';
import { Changes } from '../../../src/services/changes.js';
import { TouchClaims } from '../../../src/services/campaigns/queue.claims.js';
import { TouchEnds } from '../../../src/services/campaigns/queue.ends.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, newSeat, servicesOn } from '../../support/agency.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { DEFINITION, Killed, launch, MORNING } from './work-queue.support.js';

let stage: ClockedServices;

beforeAll(async () => {
  stage = await ClockedServices.open(8);
});
afterAll(() => stage.close());

/** A promise, and what fulfils it. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((done) => (give = done));
  return { given, give };
}

it.each(['skipTouch', 'failTouch'] as const)(
  '%s ends no touch of which the send is being recorded: it is done, then',
  async (how) => {
    await stage.database.setClock(MORNING);
    const { owner, seatId, operators } = await launch(stage, 1);
    const [operator] = operators;
    const { services, dataSource } = stage;
    const { touches } = await services.touches.nextTouches(owner, seatId, 1);
    const touchId = touches[0]!.touch.id;
    done(await services.touchClaims.claimTouch(operator!, { touchId, idempotencyKey: randomUUID() }));
    const [recording, ended] = [signal(), signal()];
    const { reservations, releases, activities } = services;
    const recordingEnds = new TouchEnds(dataSource, {
      ...{ changes: new Changes(dataSource), reservations, releases },
      activities: {
        record: async (...asked) => {
          recording.give();
          await ended.given;
          return activities.record(...asked);
        },
      },
    });
    let completing: Promise<unknown> = Promise.resolve();
    const endingEnds = new TouchEnds(dataSource, {
      ...{ changes: new Changes(dataSource), reservations, activities },
      releases: {
        // The hold is given back; before that is written down, somebody says that it was sent.
        release: async (...asked) => {
          const answer = await releases.release(...asked);
          completing = recordingEnds.completeTouch(operator!, { touchId });
          await recording.given;
          return answer;
        },
      },
    });
    const ending =
      how === 'skipTouch'
        ? endingEnds.skipTouch(operator!, touchId)
        : endingEnds.failTouch(operator!, touchId, 'OTHER');
    expect(await ending).toMatchObject({ code: 'WRONG_STATE' });
    ended.give();
    expect(await completing).toMatchObject({ state: 'DONE' });
    const charges = await inAgency(dataSource, owner, (manager) =>
      manager.query<object[]>('SELECT action FROM charge WHERE agency_id = $1', [owner.agencyId]),
    );
    expect(charges).toEqual([{ action: 'CONNECTION_REQUEST' }]);
  },
);

describe('a send of which the claim has lapsed, told twice at once', () => {
  const SECOND = 1_000;
  const LAPSED = MORNING + 3_600 * SECOND;

  async function lapsed() {
    await stage.database.setClock(MORNING);
    const { owner, seatId, operators } = await launch(stage, 1);
    const [operator] = operators;
    const { touches, touchClaims } = stage.services;
    const { touchId } = await touches
      .nextTouches(owner, seatId, 1)
      .then(({ touches: [next] }) => ({ touchId: next!.touch.id }));
    done(await touchClaims.claimTouch(operator!, { touchId, idempotencyKey: randomUUID() }));
    await stage.database.setClock(LAPSED);
    return { owner, operator: operator!, touchId };
  }

  const sends = (owner: Viewer) =>
    inAgency(stage.dataSource, owner, (manager) =>
      manager.query<object[]>('SELECT origin, effective_at AS at FROM charge WHERE agency_id = $1', [
        owner.agencyId,
      ]),
    );

  it('is done once, where the second call finds the first one recording', async () => {
    const { owner, operator, touchId } = await lapsed();
    const { reservations, releases, activities } = stage.services;
    const [recorded, second] = [signal(), signal()];
    const first = new TouchEnds(stage.dataSource, {
      ...{ changes: new Changes(stage.dataSource), reservations, releases },
      activities: {
        // It is in the books; before the touch says so, it is told again, a moment later.
        record: async (...asked) => {
          const answer = await activities.record(...asked);
          recorded.give();
          await second.given;
          return answer;
        },
      },
    }).completeTouch(operator, { touchId });
    await recorded.given;
    await stage.database.setClock(LAPSED + SECOND);
    const again = done(await stage.services.touchEnds.completeTouch(operator, { touchId }));
    second.give();
    expect([again.state, done(await first).state]).toEqual(['DONE', 'DONE']);
    expect(await sends(owner)).toEqual([{ origin: 'RECORD', at: String(LAPSED) }]);
  });

  it('is done once, where the first call ends before the second one records', async () => {
    const { owner, operator, touchId } = await lapsed();
    const { releases, activities, touchEnds } = stage.services;
    const second = new TouchEnds(stage.dataSource, {
      ...{ changes: new Changes(stage.dataSource), releases, activities },
      reservations: {
        commit: async (...asked) => {
          const answer = await stage.services.reservations.commit(...asked);
          done(await touchEnds.completeTouch(operator, { touchId }));
          return answer;
        },
      },
    });
    expect(done(await second.completeTouch(operator, { touchId })).state).toBe('DONE');
    expect(await sends(owner)).toEqual([{ origin: 'RECORD', at: String(LAPSED) }]);
  });
});

describe('what somebody has claimed', () => {
  async function claimed() {
    await stage.database.setClock(MORNING);
    const launched = await launch(stage, 2);
    const { services } = stage;
    const [operator] = launched.operators;
    const { touches } = await services.touches.nextTouches(launched.owner, launched.seatId, 1);
    const { touch } = touches[0]!;
    const claim = { touchId: touch.id, idempotencyKey: randomUUID() };
    done(await services.touchClaims.claimTouch(operator!, claim));
    const [campaign] = await inAgency(stage.dataSource, launched.owner, (manager) =>
      manager.query<[{ id: string }]>('SELECT id FROM campaign WHERE agency_id = $1', [
        launched.owner.agencyId,
      ]),
    );
    return { ...launched, operator: operator!, touchId: touch.id, campaignId: campaign.id };
  }

  it('is due to nobody where LinkedIn tells of a limit and its campaign has ended', async () => {
    const { owner, operator, touchId, campaignId } = await claimed();
    const { campaignDesk, touchEnds } = stage.services;
    done(await campaignDesk.life.completeCampaign(owner, campaignId));
    const failed = done(await touchEnds.failTouch(operator, touchId, 'LINKEDIN_LIMIT_NOTICE'));
    expect(failed).toMatchObject({ state: 'CANCELLED', endedBecause: 'CAMPAIGN_ENDED' });
  });

  it('stays with its seat while a send of it is recorded late, and is done then', async () => {
    const { owner, operator, seatId, touchId, campaignId } = await claimed();
    const { services, dataSource } = stage;
    const { campaignDesk, reservations, releases, activities, touchReassigning } = services;
    const [seat] = await inAgency(dataSource, owner, (manager) =>
      manager.query<[{ accountId: string; reservationId: string }]>(
        `SELECT s.client_account_id AS "accountId", t.reservation_id AS "reservationId" FROM touch t
         JOIN seat s ON s.agency_id = t.agency_id AND s.id = t.seat_id WHERE t.agency_id = $1 AND t.id = $2`,
        [owner.agencyId, touchId],
      ),
    );
    const other = done(await servicesOn(dataSource).seats.addSeat(owner, newSeat(seat.accountId)));
    const seats = [{ seatId }, { seatId: other.id }];
    done(await campaignDesk.changes.setCampaignSeats(owner, { campaignId, seats }));
    done(await releases.release(operator, { reservationId: seat.reservationId, because: null }));
    const asked = { campaignId, fromSeatId: seatId, toSeatId: other.id, touchIds: [touchId] };
    // Nobody says that they sent it.
    expect(done(await touchReassigning.reassignTouches(owner, { ...asked, dryRun: true }))).toMatchObject({
      reassigned: 1,
    });
    const given: Awaited<ReturnType<typeof touchReassigning.reassignTouches>>[] = [];
    const ends = new TouchEnds(dataSource, {
      ...{ changes: new Changes(dataSource), reservations, releases },
      activities: {
        record: async (...told) => {
          given.push(await touchReassigning.reassignTouches(owner, asked));
          const recorded = await activities.record(...told);
          given.push(await touchReassigning.reassignTouches(owner, asked));
          return recorded;
        },
      },
    });
    expect(done(await ends.completeTouch(operator, { touchId }))).toMatchObject({ state: 'DONE', seatId });
    expect(given).toHaveLength(2);
    for (const one of given) expect(done(one).reassigned).toBe(0);
    expect(done(given[0]!).stayed).toEqual(new Map([['CLAIMED', 1]]));
  });

  it('goes on under its own steps where others are launched, and whoever nobody has begins anew', async () => {
    const { owner, operator, touchId, campaignId } = await claimed();
    const { campaignDesk, touchEnds } = stage.services;
    // As it is while a claim is being answered: it is put down afterwards that somebody began.
    await inAgency(stage.dataSource, owner, (manager) =>
      manager.query('UPDATE enrolment SET started_at = NULL WHERE campaign_id = $1', [campaignId]),
    );
    const steps = DEFINITION.steps.map((step) => ({ ...step, key: `new_${step.key}` }));
    const renamed = JSON.parse(
      JSON.stringify({ ...DEFINITION, steps })
        .replaceAll('"next":"', '"next":"new_')
        .replaceAll('"then":"', '"then":"new_'),
    ) as typeof DEFINITION;
    done(await campaignDesk.changes.setCampaignSteps(owner, { campaignId, definition: renamed }));
    done(await campaignDesk.life.launchCampaign(owner, campaignId));
    const people = await inAgency(stage.dataSource, owner, (manager) =>
      manager.query('SELECT version, step FROM enrolment WHERE campaign_id = $1 ORDER BY version', [
        campaignId,
      ]),
    );
    expect(people).toEqual([
      { version: 1, step: 'invite' },
      { version: 2, step: 'new_invite' },
    ]);
    expect(done(await touchEnds.skipTouch(operator, touchId))).toMatchObject({ state: 'SKIPPED' });
  });
});

describe('whoever is being claimed while other steps are launched', () => {
  const NEW_TEXT =
    'Hi {{ first_name }}, {{ company }} and what you do there is why I would be glad to connect.';
  const OTHER_STEPS = {
    ...DEFINITION,
    steps: DEFINITION.steps.map((step) =>
      step.key === 'invite'
        ? { ...step, variants: [{ key: 'a', weight: 1, subject: null, body: NEW_TEXT }] }
        : step,
    ),
  } as typeof DEFINITION;

  /** What a claim comes to that the books have answered when the others are launched, and what is there then. */
  async function claimBeside(how: 'ALLOWED' | 'CAMPAIGN_PAUSED' | 'DIES') {
    await stage.database.setClock(MORNING);
    const { owner, seatId, operators } = await launch(stage, 2);
    const { services, dataSource } = stage;
    const { reservations, releases, campaignDesk, touches } = services;
    const read = <Row>(sql: string) =>
      inAgency(dataSource, owner, (manager) => manager.query<Row[]>(sql, [owner.agencyId]));
    const [campaign] = await read<{ id: string }>('SELECT id FROM campaign WHERE agency_id = $1');
    const campaignId = campaign!.id;
    const { touches: due } = await touches.nextTouches(owner, seatId, 1);
    if (how === 'CAMPAIGN_PAUSED') done(await campaignDesk.life.pauseCampaign(owner, campaignId));
    const claims = new TouchClaims(dataSource, {
      changes: new Changes(dataSource),
      releases,
      reservations: {
        replay: (...asked) => reservations.replay(...asked),
        reserve: async (...asked) => {
          const answer = how === 'DIES' ? null : await reservations.reserve(...asked);
          const definition = OTHER_STEPS;
          done(await campaignDesk.changes.setCampaignSteps(owner, { campaignId, definition }));
          done(await campaignDesk.life.launchCampaign(owner, campaignId));
          if (answer === null) throw new Killed();
          return answer;
        },
      },
    });
    const claim = { touchId: due[0]!.touch.id, idempotencyKey: randomUUID() };
    const told = await claims.claimTouch(operators[0]!, claim).catch((error: unknown) => error);
    if (how === 'CAMPAIGN_PAUSED') done(await campaignDesk.life.resumeCampaign(owner, campaignId));
    const held = await read('SELECT id FROM hold WHERE agency_id = $1');
    const people = await read('SELECT version, started_at AS started FROM enrolment WHERE agency_id = $1');
    return { told, held, people, owner, seatId, operator: operators[0]! };
  }

  it.each(['ALLOWED', 'CAMPAIGN_PAUSED', 'DIES'] as const)(
    'begins anew with the others, and nothing is held (%s)',
    async (how) => {
      const { told, held, people, owner, seatId, operator } = await claimBeside(how);
      if (how === 'DIES') expect(told).toBeInstanceOf(Killed);
      else expect(told).toMatchObject({ code: 'NOT_FOUND' });
      expect(held).toEqual([]);
      expect(people).toEqual(Array(2).fill({ version: 2, started: null }));
      const { touches, touchClaims } = stage.services;
      const { touches: due } = await touches.nextTouches(owner, seatId, 1);
      const claim = { touchId: due[0]!.touch.id, idempotencyKey: randomUUID() };
      const { decided, text } = done(await touchClaims.claimTouch(operator, claim));
      expect(decided?.decision.outcome).toBe('ALLOWED');
      expect(text?.body).toContain('and what you do there');
    },
  );
});
