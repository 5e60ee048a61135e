import { Failure } from '../../src/errors.js';
import { type AuthorityEnd, AuthorityWatch } from '../../src/live/authority.js';
import { systemViewer, type Viewer } from '../../src/tenancy/viewer.js';

const VIEWER = systemViewer('00000000-0000-7000-8000-000000000000', 'test');
const CREDENTIALS = { authorization: 'Bearer hr_live_one', session: undefined };

let watch: AuthorityWatch;
let look: () => Promise<Viewer>;
let unseenMsMax: number;

beforeEach(() => {
  unseenMsMax = 50;
  look = () => Promise.resolve(VIEWER);
});
afterEach(() => watch.close());

/** Why it was told that it ended. */
function ended(): Promise<AuthorityEnd> {
  watch = new AuthorityWatch({ look: () => look(), everyMs: 5, unseenMsMax });
  return new Promise((resolve) => watch.watch(CREDENTIALS, VIEWER, resolve));
}

const away = (): Promise<Viewer> => Promise.reject(new Error('connection terminated'));

it('what can’t be looked at for long is told so, and goes on as unreachable, not as ended', async () => {
  look = away;
  watch = new AuthorityWatch({ look: () => look(), everyMs: 5, unseenMsMax });
  const startedAt = performance.now();
  const { authority, why } = await new Promise<{
    authority: ReturnType<AuthorityWatch['watch']>;
    why: AuthorityEnd;
  }>((resolve) => {
    const watched = watch.watch(CREDENTIALS, VIEWER, (end) => resolve({ authority: watched, why: end }));
  });
  expect(why).toBe('UNSEEN');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(50);
  await expect(authority.current()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

it('a database that is back in time ends nothing', async () => {
  unseenMsMax = 60_000;
  let looks = 0;
  look = () =>
    looks++ < 20 ? away() : Promise.resolve(looks > 40 ? { ...VIEWER, role: 'ANALYST' } : VIEWER);
  // By another role, and not before.
  expect(await ended()).toBe('ENDED');
  expect(looks).toBeGreaterThan(40);
});

it('a key that is to expire earlier, as one that was rotated, ends when it does, and is known by that meanwhile', async () => {
  const rotated = { ...VIEWER, expiresAt: Date.now() + 86_400_000 };
  let looks = 0;
  watch = new AuthorityWatch({ look: () => look(), everyMs: 5, unseenMsMax });
  await new Promise<void>((resolve) => {
    const authority = watch.watch(CREDENTIALS, VIEWER, () => resolve());
    look = async () => {
      if (looks === 5) expect(await authority.current()).toEqual(rotated);
      if (looks++ < 10) return rotated;
      throw new Failure('UNAUTHENTICATED', '');
    };
  });
  expect(looks).toBeGreaterThan(10);
});
