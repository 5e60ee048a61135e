import { counterOf } from '../../../src/quota/counter.js';
import { DAY, rolling } from '../../../src/quota/window.js';
import { EntriesAhead } from '../../../src/ledger/reading/entries-ahead.js';
import type { EntriesQuestion } from '../../../src/ledger/reading/scopes.js';

const views = counterOf(['PROFILE_VIEW'], false, rolling(86_400));

function question(id: string, counter = views): EntriesQuestion {
  return { agencyId: 'agency', scope: { kind: 'SEAT', id }, counter, after: 5 * DAY, count: 3 };
}

const ref = (id: string) => ({ agencyId: 'agency', scope: { kind: 'SEAT', id } as const });

describe('EntriesAhead', () => {
  it('asks again for what was needed of a scope, and for some more', () => {
    const ahead = new EntriesAhead();
    ahead.keep([question('full'), question('other')]);
    const [asked, ...others] = ahead.of([ref('full'), ref('full'), ref('free')]);
    expect(others).toEqual([]);
    expect(asked).toMatchObject({ scope: { id: 'full' }, counter: views, after: 5 * DAY });
    expect(asked?.count).toBeGreaterThan(3);
  });

  it('forgets a counter that nobody needed charges of for a while', () => {
    const ahead = new EntriesAhead();
    ahead.keep([question('full')], 1_000);
    expect(ahead.of([ref('full')], 60_999)).toHaveLength(1);
    expect(ahead.of([ref('full')], 61_000)).toEqual([]);
  });

  it('asks for nothing of a calendar window', () => {
    const ahead = new EntriesAhead();
    ahead.keep([question('full', counterOf(['INMAIL'], false, { kind: 'CALENDAR_MONTH' }))]);
    expect(ahead.of([ref('full')])).toEqual([]);
  });

  it('remembers so many scopes and no more, the newest of them', () => {
    const ahead = new EntriesAhead();
    ahead.keep(Array.from({ length: 5_001 }, (_, index) => question(`seat ${index}`)));
    expect(ahead.of([ref('seat 0')])).toEqual([]);
    expect(ahead.of([ref('seat 1'), ref('seat 5000')])).toHaveLength(2);
  });
});
