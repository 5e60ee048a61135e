import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { Outreach } from '../support/outreach.js';
import { Operators } from './work-queue.support.js';

/** A send whose claim has lapsed, and of which somebody else told first: a tool, an archive, or whoever recorded it by hand. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LAPSED = MORNING + 901 * SECOND;
const STEPS = [
  { key: 'look', kind: 'ENGAGE', action: 'COMMENT' },
  { key: 'heed', kind: 'ENGAGE', action: 'REACTION', delayMinutes: 60 },
];

let clocked: ClockedApi;
let api: Api;
let queue: Operators;
let desk: Outreach;
let touchId: string;
let reservationId: string;
let profileUrl: string;

const iso = (at: number): string => new Date(at).toISOString();
/** Of the send that the operator made. */
const SENT_AT = MORNING + MINUTE;
const comment = (more: object = {}): object => ({
  ...{ action: 'COMMENT', occurredAt: iso(SENT_AT), recipient: { profileUrl }, ...more },
});
const complete = (more: object = {}): Promise<Json> =>
  queue.end('completeTouch', { touchId, sentAt: iso(SENT_AT), ...more });
const charges = (): Promise<Json[]> =>
  queue.stage.rows('SELECT effective_at::int8 AS at FROM charge WHERE agency_id = $1');
const due = async (): Promise<string[]> =>
  (await queue.next()).touches.map(({ touch }: Json) => `${touch.step} ${touch.state}`);

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.closeAudited());
beforeEach(async () => {
  await clocked.setClock(MORNING);
  queue = await Operators.of(clocked, 1, STEPS);
  desk = new Outreach(api, queue.stage.agency);
  touchId = (await queue.next()).touches[0].touch.id;
  const claimed = await queue.claim(touchId);
  reservationId = claimed.decision.reservation.id;
  profileUrl = claimed.profileUrl;
  await clocked.setClock(LAPSED);
  expect(await desk.record(comment())).toMatchObject({ recorded: 1, userErrors: [] });
});

it('is done by whoever completes it, counts once, and is asked of nobody again', async () => {
  expect(await complete()).toMatchObject({ touch: { id: touchId, state: 'DONE' }, userErrors: [] });
  expect(await complete()).toMatchObject({ touch: { state: 'DONE' }, userErrors: [] });
  await clocked.setClock(LAPSED + 31 * SECOND);
  expect((await queue.claim(touchId, 1)).userErrors[0].message).toBe('The touch is done.');
  // The next step waits from the send on.
  await clocked.setClock(SENT_AT + 60 * MINUTE - 1);
  expect(await due()).toEqual([]);
  await clocked.setClock(SENT_AT + 60 * MINUTE);
  expect(await due()).toEqual(['heed DUE']);
  expect(await charges()).toHaveLength(1);
});

it.each([
  ['before anybody looked', false],
  ['after it came due again', true],
])('is done where it is told by hand with its reservation, %s', async (_, hasComeDue) => {
  if (hasComeDue) expect(await due()).toEqual(['look DUE']);
  const told = await desk.record(comment({ reservationId }));
  expect(told).toMatchObject({ recorded: 0, alreadyKnown: 1, userErrors: [] });
  expect(await due()).toEqual([]);
  expect((await queue.claim(touchId, 1)).userErrors[0].message).toBe('The touch is done.');
  // Whenever it is said to have been sent, it is the same send.
  const again = comment({ reservationId, occurredAt: iso(SENT_AT + 10 * MINUTE) });
  expect(await desk.record(again)).toMatchObject({ recorded: 0, alreadyKnown: 1 });
  expect(await charges()).toHaveLength(1);
});

it('is done where another one has claimed it meanwhile, and the first one tells it by hand', async () => {
  await queue.claim(touchId, 1);
  expect((await complete()).userErrors[0].message).toContain('Somebody else has claimed it.');
  expect(await desk.record(comment({ reservationId }))).toMatchObject({ recorded: 0, alreadyKnown: 1 });
  expect(await due()).toEqual([]);
  expect((await queue.claim(touchId, 1)).userErrors[0].message).toBe('The touch is done.');
  expect(await charges()).toHaveLength(1);
});

it('told by hand of a touch that came due again, and by nobody else, it is asked of nobody', async () => {
  await clocked.setClock(LAPSED + 10 * MINUTE);
  const other = await Operators.of(clocked, 1, STEPS);
  const [{ touch }] = (await other.next()).touches;
  const claimed = await other.claim(touch.id);
  await clocked.setClock(clocked.now() + 901 * SECOND);
  expect((await other.next()).touches).toHaveLength(1);
  const told = {
    action: 'COMMENT',
    occurredAt: iso(clocked.now()),
    reservationId: claimed.decision.reservation.id,
  };
  expect(await new Outreach(api, other.stage.agency).record(told)).toMatchObject({ recorded: 1 });
  expect(await other.next()).toMatchObject({ touches: [], waiting: 0 });
});
