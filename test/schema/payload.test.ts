import { Refusal, refuse, together } from '../../src/errors.js';
import { payload, payloadOfFacts, payloads, UserError } from '../../src/schema/payload.js';

const TAKEN = refuse('TAKEN', 'A plan of that name is there already.', 'name');
const TAKEN_ERROR = { code: 'TAKEN', message: TAKEN.message, field: ['input', 'name'] };

describe('a payload', () => {
  it('holds the object and no errors when it was done', async () => {
    const seat = { id: 'seat_1' };
    const answer = await payload('seat', Promise.resolve(seat));
    expect(answer).toEqual({ seat, userErrors: [] });
    expect(answer.seat).toBe(seat);
  });

  it('holds null and why when it was refused', async () => {
    const outcome: Promise<{ id: string } | Refusal> = Promise.resolve(TAKEN);
    const answer = await payload('plan', outcome);
    expect(answer).toEqual({ plan: null, userErrors: [TAKEN_ERROR] });
    expect(answer.userErrors[0]).toBeInstanceOf(UserError);
  });

  it("shows the service's object as the schema's, and shows no refusal", async () => {
    const show = (row: { uuid: string }): { id: string } => ({ id: `plan_${row.uuid}` });
    const done: Promise<{ uuid: string } | Refusal> = Promise.resolve({ uuid: '7' });
    expect(await payload('plan', done, show)).toEqual({ plan: { id: 'plan_7' }, userErrors: [] });
    const refused: Promise<{ uuid: string } | Refusal> = Promise.resolve(TAKEN);
    expect(await payload('plan', refused, show)).toEqual({ plan: null, userErrors: [TAKEN_ERROR] });
  });

  it('has no path where a refusal is of no field', async () => {
    const refusal: Promise<{ id: string } | Refusal> = Promise.resolve(refuse('FORBIDDEN_FOR_ROLE', 'No.'));
    expect((await payload('plan', refusal)).userErrors[0]?.field).toBeNull();
  });

  it('lets a failure through: it is no outcome', async () => {
    const failure: Promise<{ id: string } | Refusal> = Promise.reject(new Error('The database is gone.'));
    await expect(payload('plan', failure)).rejects.toThrow('The database is gone.');
  });
});

describe('the payloads of several inputs', () => {
  it('keep their order, and each says which input it is of', async () => {
    const outcomes: Promise<({ id: string } | Refusal)[]> = Promise.resolve([
      { id: 'a' },
      TAKEN,
      { id: 'c' },
    ]);
    expect(await payloads('plan', outcomes, (done) => done)).toEqual([
      { plan: { id: 'a' }, userErrors: [] },
      { plan: null, userErrors: [{ ...TAKEN_ERROR, field: ['inputs', '1', 'name'] }] },
      { plan: { id: 'c' }, userErrors: [] },
    ]);
  });

  it('leave a path alone that says already which input it is of, or has none', async () => {
    const named = new Refusal('INVALID', 'No.', ['inputs', '3', 'count']);
    const bare = new Refusal('INVALID', 'No.');
    const told = await payloads('plan', Promise.resolve([bare, named]), () => ({}));
    expect(told.map(({ userErrors: [error] }) => error?.field)).toEqual([null, ['inputs', '3', 'count']]);
  });

  it('tell all that is wrong with an input', async () => {
    const both = together([TAKEN, refuse('INVALID', 'No.', 'seatAllowance')])!;
    const [told] = await payloads('plan', Promise.resolve([both]), () => ({}));
    expect(told?.userErrors.map(({ field }) => field)).toEqual([
      ['inputs', '0', 'name'],
      ['inputs', '0', 'seatAllowance'],
    ]);
  });
});

describe('a payload of facts', () => {
  const none = { recorded: 0, alreadyKnown: 0 };

  it('tells them when it was done, and nothing but the errors when it was refused', async () => {
    expect(await payloadOfFacts(Promise.resolve({ recorded: 2, alreadyKnown: 1 }), none)).toEqual({
      recorded: 2,
      alreadyKnown: 1,
      userErrors: [],
    });
    const refused: Promise<typeof none | Refusal> = Promise.resolve(TAKEN);
    expect(await payloadOfFacts(refused, none)).toEqual({ ...none, userErrors: [TAKEN_ERROR] });
  });
});
