import { INVITED_OFTEN_MAX } from '../../../src/ledger/invitations/invited-often.js';
import { DAY, HOUR } from '../../../src/quota/window.js';
import type { Action, EngagementKind } from '../../../src/quota/words.js';
import { NOW, database, ledger, office, record, stageInvitations, takeOut } from '../invitation-stage.js';
import { engageInput, person, recordInput, seeing } from '../support.js';

stageInvitations();

const REFUSED = {
  code: 'INVALID',
  message: expect.stringContaining('no account invites one person so often'),
};
const FIRST = NOW - 400 * DAY;
const hourly = (count: number) => Array.from({ length: count }, (_, index) => FIRST + index * HOUR);

function recordAll(
  action: Action,
  slug: string,
  instants: readonly number[],
  before: readonly number[] = [],
) {
  const inputs = [
    ...before.map((at) => recordInput(office, action, at, { recipient: person('somebody-else') })),
    ...instants.map((at) => recordInput(office, action, at, { recipient: person(slug) })),
  ];
  return ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
}

function tell(kind: EngagementKind, slug: string, instants: readonly number[]) {
  const inputs = instants.map((at) => engageInput(office, kind, slug, at));
  return ledger.ask({ kind: 'ENGAGE', viewer: office.viewer, inputs });
}

function inBooks(table: 'charge' | 'engagement'): Promise<number> {
  return seeing(database.appUrl, [office.agencyId], async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int4 AS count FROM ${table} WHERE agency_id = $1`,
      [office.agencyId],
    );
    return rows[0]!.count;
  });
}

describe('what one person is told to have been sent by a seat', () => {
  it.each<Action>(['CONNECTION_REQUEST', 'INVITATION_WITHDRAWAL'])(
    'is no more than anybody is: %s, of one call and of all before',
    async (action) => {
      const most = hourly(INVITED_OFTEN_MAX);
      const oneMore = FIRST - HOUR;
      expect(await recordAll(action, 'often', [...most, oneMore], [FIRST])).toMatchObject({
        ...REFUSED,
        field: ['inputs', String(INVITED_OFTEN_MAX + 1), 'recipient'],
      });
      expect(await inBooks('charge')).toBe(0);
      expect(await recordAll(action, 'often', most)).toMatchObject({ recorded: INVITED_OFTEN_MAX });
      expect(await recordAll(action, 'often', [oneMore])).toMatchObject({
        ...REFUSED,
        field: ['inputs', '0', 'recipient'],
      });
      expect(await inBooks('charge')).toBe(INVITED_OFTEN_MAX);
      // What is known already is no more, nor what another person, or nobody in particular, was sent.
      expect(await recordAll(action, 'often', [FIRST])).toMatchObject({ recorded: 0, alreadyKnown: 1 });
      expect(await recordAll(action, 'another', [oneMore])).toMatchObject({ recorded: 1 });
      if (action === 'CONNECTION_REQUEST') await record(oneMore, { count: 200 });
      expect(await recordAll('DIRECT_MESSAGE', 'often', [oneMore])).toMatchObject({ recorded: 1 });
      await takeOut(action, FIRST + HOUR);
      expect(await recordAll(action, 'often', [oneMore])).toMatchObject({ recorded: 1 });
    },
  );

  it('is answered no more often, but for answers to all else', async () => {
    const most = hourly(INVITED_OFTEN_MAX);
    const again = most.map((at) => at + 1);
    expect(await tell('INVITATION_DECLINED', 'often', [...most, FIRST - HOUR])).toMatchObject({
      ...REFUSED,
      field: ['inputs', String(INVITED_OFTEN_MAX), 'recipientProfileUrl'],
    });
    expect(await inBooks('engagement')).toBe(0);
    expect(await tell('INVITATION_DECLINED', 'often', [...most, ...again])).toHaveProperty('results');
    expect(await inBooks('engagement')).toBe(INVITED_OFTEN_MAX);
    expect(await tell('INVITATION_WITHDRAWN', 'often', [FIRST])).toMatchObject({
      ...REFUSED,
      field: ['inputs', '0', 'recipientProfileUrl'],
    });
    expect(await tell('INVITATION_DECLINED', 'often', again)).not.toHaveProperty('code');
    expect(await tell('REPLIED', 'often', [FIRST])).not.toHaveProperty('code');
    expect(await inBooks('engagement')).toBe(INVITED_OFTEN_MAX + 1);
  });
});
