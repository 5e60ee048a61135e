import { fromId } from '../../src/schema/ids.js';
import { headroom } from './running.js';

it('shows ids and instants as the API does', async () => {
  const [shown, list] = await Promise.all([
    headroom({}, 'policy', 'show', '2026-11'),
    headroom({}, 'policy', 'list'),
  ]);
  expect(fromId('policy', shown.id)).not.toBeNull();
  expect(shown).toMatchObject({
    version: '2026-11',
    effectiveFrom: '2026-11-01T00:00:00.000Z',
    builtIn: true,
  });
  expect(shown.rules.length).toBeGreaterThan(10);
  const { id, version, effectiveFrom, builtIn } = shown;
  expect(list).toContainEqual({ id, version, effectiveFrom, builtIn });
});
