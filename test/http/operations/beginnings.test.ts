import { setTimeout as pause } from 'node:timers/promises';
import { OperationTypeNode } from 'graphql';
import { Failure } from '../../../src/errors.js';
import { Beginnings } from '../../../src/http/operations/beginnings.js';
import { Turns } from '../../../src/tenancy/turns.js';
import { busy } from '../../support/busy.js';

/** Fields of one agency that may wait, and what is asked at once, by callers who were all looked up together. */
const WAITING_MAX = 100;
const OPERATIONS = 60;
const FIELDS = 12;

/** Operations whose fields wait for their turn, as those of an agency do. */
function agency() {
  const turns = new Turns(1, { waitingMax: WAITING_MAX, tooMany: 'Too much.' });
  const beginnings = new Beginnings();
  const told = { begun: 0, whole: 0, fields: 0 };
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const field = () =>
    turns
      .run('agency', () => answered)
      .catch((error: unknown) => {
        if (error instanceof Failure) told.fields += 1;
      });
  const ask = async (type: OperationTypeNode): Promise<void> => {
    try {
      await beginnings.begin(type, { refuseFull: () => turns.refuseFull('agency') });
    } catch (error) {
      expect(error).toMatchObject({ message: 'Too much.', extensions: { http: { status: 429 } } });
      told.whole += 1;
      return;
    }
    busy(0.2);
    // As many steps as it takes an operation to come to its fields.
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
    const fields = Array.from({ length: FIELDS }, field);
    told.begun += 1;
    await Promise.all(fields);
  };
  const askAll = async (type: OperationTypeNode): Promise<void> => {
    const asked = Array.from({ length: OPERATIONS }, () => ask(type));
    while (told.begun + told.whole < OPERATIONS) await pause(10);
    answer();
    await Promise.all(asked);
  };
  return { told, askAll };
}

it('a query whose caller’s line is full is refused whole, of many that come at once as well', async () => {
  const { told, askAll } = agency();
  await askAll(OperationTypeNode.QUERY);
  expect(told.whole).toBeGreaterThan(OPERATIONS / 2);
  // Of the one that comes where there is room for some of its fields.
  expect(told.fields).toBeLessThan(FIELDS);
});

it('a mutation is not: what it does may need none of it', async () => {
  const { told, askAll } = agency();
  await askAll(OperationTypeNode.MUTATION);
  expect(told.whole).toBe(0);
});
