import { LiveCaps } from '../../../src/http/live/live-caps.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';

const viewer = (agencyId: string, id: string | null): Viewer => ({
  ...{ agencyId, role: 'OWNER', actor: 'key:1', reach: null, expiresAt: null },
  credential: id === null ? null : { kind: 'KEY', id, rights: 0 },
});

it('bounds what one key holds, and what an agency holds, each by itself', () => {
  const { connections } = new LiveCaps();
  const places = Array.from({ length: 100 }, () => connections.take(viewer('a', 'one')));
  expect(places).not.toContain(null);
  expect(connections.take(viewer('a', 'one'))).toBeNull();
  expect(connections.take(viewer('a', 'other'))).not.toBeNull();
  places[0]?.();
  places[0]?.();
  expect(connections.take(viewer('a', 'one'))).not.toBeNull();
  expect(connections.take(viewer('a', 'one'))).toBeNull();
});

it('whoever comes with no credential counts for their agency, and not together with those of another', () => {
  const { connections } = new LiveCaps();
  for (let count = 0; count < 1_000; count += 1) expect(connections.take(viewer('a', null))).not.toBeNull();
  expect(connections.take(viewer('a', null))).toBeNull();
  expect(connections.take(viewer('b', null))).not.toBeNull();
});

it.each([
  ['CLIENT', 'of a client account', 250, { clientAccountIds: ['one'], seatAccountIds: [], seatIds: [] }],
  [
    'CLIENT',
    'of several, reckoned to the first of them',
    250,
    { clientAccountIds: ['one', 'two'], seatAccountIds: [], seatIds: [] },
  ],
  ['ANALYST', 'of a client account', 250, { clientAccountIds: ['one'], seatAccountIds: [], seatIds: [] }],
  ['ANALYST', 'together', 500, null],
] as const)('many of the role %s (%s) leave places to whoever sends', (role, _, most, reach) => {
  const { connections } = new LiveCaps();
  const onlooker = (nth: number): Viewer => ({ ...viewer('a', `${role} ${nth}`), role, reach });
  const taken = Array.from({ length: 1_000 }, (_place, nth) => connections.take(onlooker(nth)));
  expect(taken.filter((place) => place !== null)).toHaveLength(most);
  expect(connections.take(viewer('a', 'owner'))).not.toBeNull();
  taken[0]?.();
  expect(connections.take(onlooker(0))).not.toBeNull();
});

it('those who look on at parts have three quarters of what all who look on have, whatever their client accounts', () => {
  const { connections } = new LiveCaps();
  const taken = Array.from({ length: 1_000 }, (_, nth) => {
    const reach = { clientAccountIds: [`account ${nth % 10}`], seatAccountIds: [], seatIds: [] };
    return connections.take({ ...viewer('a', `client ${nth}`), role: 'CLIENT', reach });
  });
  expect(taken.filter((place) => place !== null)).toHaveLength(375);
  expect(connections.take({ ...viewer('a', 'analyst'), role: 'ANALYST' })).not.toBeNull();
  expect(connections.take(viewer('a', 'owner'))).not.toBeNull();
});

it.each([
  ['connections', 1_000, [500, 250]],
  ['subscriptions', 5_000, [2_500, 1_250]],
] as const)(
  'those who see a part of an agency leave a quarter of its %s to whoever sees the whole, and those of one client account half',
  (what, most, [ofAccount, ofOthers]) => {
    const caps = new LiveCaps()[what];
    const takenBy = (clientAccountId: string, role: Viewer['role']): number =>
      Array.from({ length: most }, (_, nth) => {
        const reach = { clientAccountIds: [clientAccountId, 'z'], seatAccountIds: [], seatIds: [] };
        return caps.take({ ...viewer('a', `${clientAccountId} ${nth}`), role, reach });
      }).filter((place) => place !== null).length;
    expect(takenBy('one', 'OPERATOR')).toBe(ofAccount);
    expect(takenBy('one', 'MANAGER')).toBe(0);
    expect(takenBy('two', 'MANAGER')).toBe(ofOthers);
    expect(takenBy('three', 'OPERATOR')).toBe(0);
    expect(caps.take({ ...viewer('a', 'whole'), role: 'OPERATOR' })).not.toBeNull();
  },
);
