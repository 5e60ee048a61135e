import { toId } from '../../src/schema/ids.js';
import { done, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { RawSocket } from '../support/raw-socket.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_SWEEP: 'off' });
});
afterAll(() => api.close());

const QUERIES = {
  usageChanged: 'subscription ($seatId: ID!) { usageChanged(seatId: $seatId) { scopeId } }',
  touchesDue: 'subscription ($seatId: ID!) { touchesDue(seatId: $seatId) { waiting } }',
};
const NOBODYS = toId('seat', '00000000-0000-7000-8000-000000000000');

async function moveAway({ owner, plan, seat }: SeededAgency): Promise<void> {
  const { clientAccounts, seatMoves } = servicesOn(api.dataSource);
  const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
  const other = done(await clientAccounts.createClientAccount(owner, terms));
  done(await seatMoves.moveSeat(owner, { seatId: seat.id, clientAccountId: other.id }));
}

const wordsOf = ([{ message, extensions }]: Json[]): [string, string] => [extensions.code, message];

describe.each(Object.entries(QUERIES))('%s of a seat that is moved away', (_, query) => {
  it('ends over a socket, in the words for what nobody has, and nothing else on it does', async () => {
    const agency = await api.seed();
    const socket = await RawSocket.begin(api.url, await keyOf(agency));
    const variables = { seatId: toId('seat', agency.seat.id) };
    socket.subscribe('nobody', query, { seatId: NOBODYS });
    socket.subscribe('one', query, variables);
    socket.subscribe('all', 'subscription { usageChanged { scopeId } }');
    await socket.until(() => socket.of('one').length > 0 && socket.of('all').length > 0);
    await moveAway(agency);
    await socket.until(() => socket.of('one').some(({ type }) => type === 'complete'));
    const [last] = socket.of('one').slice(-2);
    const [nobodys] = socket.of('nobody');
    expect(wordsOf(last.payload.errors)).toEqual(wordsOf(nobodys.payload));
    expect(wordsOf(last.payload.errors)[0]).toBe('NOT_FOUND');
    expect(last.payload.data).toBeUndefined();
    expect(socket.of('all').map(({ type }) => type)).not.toContain('complete');
    socket.end();
  });

  it('ends as a stream of events', async () => {
    const agency = await api.seed();
    const answer = await fetch(`${api.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await keyOf(agency)}`,
        ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      },
      body: JSON.stringify({ query, variables: { seatId: toId('seat', agency.seat.id) } }),
    });
    let text = '';
    let isMoved = false;
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (isMoved || !text.includes('event: next')) continue;
      isMoved = true;
      await moveAway(agency);
    }
    const events = text.trim().split('\n\n').slice(-2);
    expect(events[0]).toContain('"code":"NOT_FOUND"');
    expect(events[1]).toContain('event: complete');
  });
});

it('whoever sees both client accounts is told on', async () => {
  const agency = await api.seed();
  const socket = await RawSocket.begin(api.url, agency.key);
  const query = 'subscription ($seatId: ID!) { usageChanged(seatId: $seatId) { clientAccount { name } } }';
  socket.subscribe('one', query, { seatId: toId('seat', agency.seat.id) });
  const names = () => socket.of('one').map(({ payload }) => payload.data.usageChanged.clientAccount.name);
  await socket.until(() => names().length > 0);
  await moveAway(agency);
  await socket.until(() => names().includes('Other'));
  socket.end();
});

/** An operator of the one client account: it sees what is due too. */
function keyOf(agency: SeededAgency): Promise<string> {
  return api.keyOf(agency, 'OPERATOR', agency.clientAccount.id);
}
