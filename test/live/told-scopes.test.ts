import { ToldScopes } from '../../src/live/told-scopes.js';
import { systemViewer, type Viewer } from '../../src/tenancy/viewer.js';

const MAX = { whole: 100, parts: 75, account: 50 };
const ALL = systemViewer('01890a5d-ac96-774b-bcce-b302099a8057', 'test');

function of(...clientAccountIds: string[]): { readonly viewer: Viewer } {
  return { viewer: { ...ALL, reach: { clientAccountIds, seatIds: [], seatAccountIds: [] } } };
}
function ofAll(): { readonly viewer: Viewer } {
  return { viewer: ALL };
}

it('leaves the other client accounts theirs, and whoever sees the whole a quarter', () => {
  const told = new ToldScopes(MAX);
  const one = of('one');
  expect(told.hasRoom(one, 51)).toBe(false);
  told.set(one, 50);
  expect(told.hasRoom(of('one'), 1)).toBe(false);
  expect(told.hasRoom(of('other'), 26)).toBe(false);
  told.set(of('other'), 25);
  expect(told.hasRoom(of('third'), 1)).toBe(false);
  expect(told.hasRoom(ofAll(), 25)).toBe(true);
  expect(told.hasRoom(ofAll(), 26)).toBe(false);
});

it('counts what one is told of in place of what it was, and nothing once it is told of none', () => {
  const told = new ToldScopes(MAX);
  const one = ofAll();
  told.set(one, 90);
  expect(told.hasRoom(one, 100)).toBe(true);
  expect(told.hasRoom(one, 101)).toBe(false);
  told.set(one, 40);
  expect(told.hasRoom(ofAll(), 60)).toBe(true);
  told.set(one, 0);
  told.set(one, 0);
  expect(told.hasRoom(ofAll(), 100)).toBe(true);
});
