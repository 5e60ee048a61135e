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
