import type { Payer } from '../../../src/http/bounds/cost-limit.js';
import { Flow, Flows } from '../../../src/http/bounds/flow.js';

it('lets in what is left, the last of it whole, and then nothing until that has come back', () => {
  let now = 0;
  const flow = new Flow({ atOnce: 100, aSecond: 50 }, () => now);
  flow.take(99);
  expect(flow.isOpen).toBe(true);
  flow.take(101);
  expect(flow.isOpen).toBe(false);
  now = 2_000;
  expect(flow.isOpen).toBe(false);
  now = 2_001;
  expect(flow.isOpen).toBe(true);
  // No more comes back than there was.
  now = 60_000;
  flow.take(100);
  expect(flow.isOpen).toBe(true);
  flow.take(1);
  expect(flow.isOpen).toBe(true);
});

const flowsOf = (flows: Flows, id: string, more: Partial<Payer> = {}): Flow[] =>
  flows.of({ agencyId: 'agency', role: 'OPERATOR', credential: { kind: 'KEY', id, rights: 0 }, ...more });
const isOpen = (all: readonly Flow[]) => all.every((flow) => flow.isOpen);
const send = (all: readonly Flow[], bytes: number) => all.forEach((flow) => flow.take(bytes));

it('of what those of a role may send a key or a member uses up half at most', () => {
  const flows = new Flows();
  const [first, second, other] = [flowsOf(flows, 'one'), flowsOf(flows, 'one'), flowsOf(flows, 'other')];
  send(first, 9_000_000);
  expect([first, second, other].map(isOpen)).toEqual([false, false, true]);
  send(other, 7_000_000);
  expect(isOpen(other)).toBe(true);
  // That of the role is used up as well, by whomever.
  send(second, 1_000_000);
  expect(isOpen(other)).toBe(false);
});

it('however many keys of one role or client account there are, they use up nothing of the others', () => {
  const flows = new Flows();
  const client = (id: string, clientAccountId: string): Flow[] =>
    flowsOf(flows, id, {
      ...{ role: 'CLIENT', reach: { clientAccountIds: [clientAccountId], seatIds: [], seatAccountIds: [] } },
    });
  for (let key = 0; key < 3; key += 1) {
    send(client(`a client's ${key}`, 'one'), 6_000_000);
    send(flowsOf(flows, `an operator's ${key}`), 6_000_000);
  }
  expect([client('new', 'one'), flowsOf(flows, 'new')].map(isOpen)).toEqual([false, false]);
  const others = [client('theirs', 'other'), flowsOf(flows, 'owner', { role: 'OWNER' })];
  expect(others.map(isOpen)).toEqual([true, true]);
  // What all clients may send together is used up by those of two client accounts, and of nobody else.
  send(client('theirs', 'other'), 16_000_000);
  expect([client('third', 'third'), flowsOf(flows, 'analyst', { role: 'ANALYST' })].map(isOpen)).toEqual([
    false,
    true,
  ]);
});

it('those of a role who see a part of an agency use up nothing of whoever sees the whole, and of each other as CLIENTs do', () => {
  const flows = new Flows();
  const operator = (id: string, ...clientAccountIds: string[]): Flow[] =>
    flowsOf(flows, id, { reach: { clientAccountIds, seatIds: [], seatAccountIds: [] } });
  for (let key = 0; key < 3; key += 1) send(operator(`${key}`, 'one'), 6_000_000);
  // Whoever sees several is reckoned to the first of them.
  expect([operator('new', 'one'), operator('wider', 'two', 'one')].map(isOpen)).toEqual([false, false]);
  expect([operator('theirs', 'two'), flowsOf(flows, 'whole')].map(isOpen)).toEqual([true, true]);
  send(operator('theirs', 'two'), 16_000_000);
  expect([operator('third', 'three'), flowsOf(flows, 'whole')].map(isOpen)).toEqual([false, true]);
});
