import { randomUUID } from 'node:crypto';
import { refuse } from '../../../src/errors.js';
import { TouchClaims } from '../../../src/services/campaigns/queue.claims.js';
import type { Decided } from '../../../src/services/decisions/decided.js';
import { done } from '../../support/agency.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { launch, MORNING } from './work-queue.support.js';

let stage: ClockedServices;

beforeAll(async () => {
  stage = await ClockedServices.open(8);
  await stage.database.setClock(MORNING);
});
afterAll(() => stage.close());

/** The first touch of somebody, and as what it stood each time that the books were moved for it. */
async function desk() {
  const { owner, seatId, operators } = await launch(stage, 1);
  const { dataSource, services } = stage;
  const { touches } = await services.touches.nextTouches(owner, seatId, 1);
  const touchId = touches[0]!.touch.id;
  const moved: string[] = [];
  const moveBook = async (): Promise<void> => {
    const touch = (await services.touches.touchesByIds(owner, [touchId])).get(touchId);
    moved.push(touch!.state);
  };
  const claims = (reserve: typeof services.reservations.reserve) =>
    new TouchClaims(dataSource, {
      changes: { moveBook },
      releases: services.releases,
      reservations: { reserve, replay: (...asked) => services.reservations.replay(...asked) },
    });
  return { owner, operator: operators[0]!, touchId, claims, moved };
}

const claimOf = (touchId: string) => ({ touchId, idempotencyKey: randomUUID() });

describe('the books are moved for a claim', () => {
  it('that they refuse to decide, once the touch is due again', async () => {
    const { operator, touchId, claims, moved } = await desk();
    const refusing = claims(() => Promise.resolve(refuse('WRONG_STATE', 'Not now.', 'seatId')));
    expect(await refusing.claimTouch(operator, claimOf(touchId))).toMatchObject({ code: 'WRONG_STATE' });
    expect(moved).toEqual(['DUE']);
  });

  it('that somebody goes on with, which they have decided before', async () => {
    const { operator, touchId, claims, moved } = await desk();
    const { reservations } = stage.services;
    let first: Decided | null = null;
    const dying = claims(async (...asked) => {
      first = done(await reservations.reserve(...asked));
      throw new Error('It does not live to say so.');
    });
    const claim = claimOf(touchId);
    await expect(dying.claimTouch(operator, claim)).rejects.toThrow('does not live');
    const { decided } = done(
      await claims((...asked) => reservations.reserve(...asked)).claimTouch(operator, claim),
    );
    expect(decided?.decision.id).toBe(first!.decision.id);
    expect(moved).toEqual(['CLAIMED']);
  });

  it('for nothing else: not where they move by themselves, nor where nothing is written', async () => {
    const { owner, operator, touchId, claims, moved } = await desk();
    const all = claims((...asked) => stage.services.reservations.reserve(...asked));
    done(await all.claimTouch(operator, claimOf(touchId)));
    expect(await all.claimTouch(owner, claimOf(touchId))).toMatchObject({ code: 'WRONG_STATE' });
    expect(await all.claimTouch(owner, claimOf(randomUUID()))).toMatchObject({ code: 'NOT_FOUND' });
    expect(moved).toEqual([]);
  });
});
