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

it('an end that is set ends nothing before it is there, and is known from then on', async () => {
  const expiresAt = Date.now() + 60_000;
  const until = { ...VIEWER, expiresAt };
  const known: (number | null)[] = [];
  let looks = 0;
  look = async () => {
    looks += 1;
    // Not waited for: where this look was late, what is current is what it finds.
    if (looks === 5) void authority.current().then((viewer) => known.push(viewer.expiresAt));
    return looks < 10 ? until : Promise.reject(new Failure('UNAUTHENTICATED', 'It has expired.'));
  };
  watch = new AuthorityWatch({ look: () => look(), everyMs: 5, unseenMsMax });
  let authority!: ReturnType<AuthorityWatch['watch']>;
  const why = await new Promise<AuthorityEnd>((resolve) => {
    authority = watch.watch(CREDENTIALS, VIEWER, resolve);
  });
  expect(why).toBe('ENDED');
  expect([looks, known]).toEqual([10, [expiresAt]]);
});

it('whoever comes with other rights ends what came with those before', async () => {
  const narrower = { ...VIEWER, role: 'ANALYST' } as const;
  look = () => Promise.resolve(narrower);
  // Found out by who comes, long before the next look.
  watch = new AuthorityWatch({ look: () => look(), everyMs: 60_000, unseenMsMax });
  const why = await new Promise<AuthorityEnd>((resolve) => {
    watch.watch(CREDENTIALS, VIEWER, resolve);
    watch.watch(CREDENTIALS, narrower, () => undefined);
  });
  expect(why).toBe('ENDED');
});
