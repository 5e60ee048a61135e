import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import type { Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { Operators } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const SECOND = 1_000;

let clocked: ClockedApi;
let queue: Operators;
let client: Client;
let told: AsyncIterableIterator<Json>;

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
});
afterAll(() => clocked.close());
beforeEach(async () => {
  await clocked.setClock(MORNING);
  queue = await Operators.of(clocked, 3);
  subscribe();
});
afterEach(() => hangUp());

function subscribe(): void {
  client = createClient({
    url: `${clocked.api.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${queue.keys[0]}` },
  });
  const query =
    'subscription ($seatId: ID!) { touchesDue(seatId: $seatId) { waiting touches { touch { id } } } }';
  told = client.iterate({ query, variables: { seatId: toId('seat', queue.stage.agency.seat.id) } });
}

async function hangUp(): Promise<void> {
  await told.return?.(undefined);
  await client.dispose();
}

async function next(): Promise<{ waiting: number; ids: string[] }> {
  const { waiting, touches } = (await told.next()).value.data.touchesDue;
  return { waiting, ids: touches.map(({ touch }: Json) => touch.id) };
}

describe('whoever subscribes to what is due', () => {
  it('is told how it stands, then what is claimed, and what time alone gives back', async () => {
    const { waiting, ids } = await next();
    expect(waiting).toBe(3);
    await queue.claim(ids[0]!);
    const claimed = await next();
    expect(claimed.waiting).toBe(2);
    expect(claimed.ids).not.toContain(ids[0]);
    await clocked.pass(900 * SECOND);
    expect((await next()).waiting).toBe(3);
  });

  it('is told whom another look had once that one has them no more, though no book moves', async () => {
    await hangUp();
    queue = await Operators.of(clocked, 3);
    const { owner } = queue.stage.agency;
    await inAgency(clocked.api.dataSource, owner, async (manager) => {
      const LOCK_ONE = 'SELECT id FROM enrolment WHERE agency_id = $1 LIMIT 1 FOR NO KEY UPDATE';
      await manager.query(LOCK_ONE, [owner.agencyId]);
      subscribe();
      expect((await next()).waiting).toBe(2);
    });
    expect((await next()).waiting).toBe(3);
  });

  it.each([
    ['passed over', 'skipTouch', {}],
    ['given up', 'failTouch', { because: 'PERSON_GONE' }],
  ] as const)('is told of a touch that is %s though nobody had claimed it', async (_, verb, more) => {
    const [first] = (await next()).ids;
    expect((await queue.end(verb, { touchId: first, ...more })).userErrors).toEqual([]);
    const { waiting, ids } = await next();
    expect(waiting).toBe(2);
    expect(ids).not.toContain(first);
  });

  const PROSPECTS =
    'query ($seatId: ID!) { nextTouches(seatId: $seatId) { touches { touch { id prospect { id } } } } }';
  const verb = (name: string, type: string) =>
    `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { message } } }`;

  it.each([
    [
      'is off the list',
      verb('removeProspects', 'RemoveProspectsInput'),
      (id: string) => ({ prospectIds: [id] }),
    ],
    [
      'has no text that can be made',
      verb('updateProspect', 'UpdateProspectInput'),
      (id: string) => ({ prospectId: id, company: null }),
    ],
  ])(
    'is told of a touch that comes to nothing when it is claimed, as its person %s',
    async (_, query, inputOf) => {
      const [first] = (await next()).ids;
      const { agency } = queue.stage;
      const seatId = toId('seat', agency.seat.id);
      const { touches } = (await clocked.api.data(agency.key, PROSPECTS, { seatId })).nextTouches;
      const { prospect } = touches.find(({ touch }: Json) => touch.id === first).touch;
      await clocked.api.data(agency.key, query, { input: inputOf(prospect.id) });
      expect((await queue.claim(first!)).decision).toBeNull();
      const { waiting, ids } = await next();
      expect(waiting).toBe(2);
      expect(ids).not.toContain(first);
    },
  );
});
