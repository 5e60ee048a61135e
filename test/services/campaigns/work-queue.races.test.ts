import { randomUUID } from 'node:crypto';
import { TouchEnds } from '../../../src/services/campaigns/queue.ends.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { done } from '../../support/agency.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { launch, MORNING } from './work-queue.support.js';

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
      ...{ reservations, releases },
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
      ...{ reservations, activities },
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
