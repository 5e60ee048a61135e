import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { WakeUps } from '../../src/live/wake-ups.js';
import { Wire } from '../ledger/wire.js';
import { testDatabase } from '../support/database.js';

let wire: Wire;
let closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  wire = await Wire.to((await testDatabase()).appUrl);
});
afterEach(async () => {
  wire.unmute();
  for (const close of closers.toReversed()) await close();
  closers = [];
});
afterAll(() => wire.close());

/** One whose network may go silent, another one whose does not, and what the first one heard. */
async function two(heartbeatMs?: number) {
  const { appUrl } = await testDatabase();
  const heard: string[] = [];
  const failures: unknown[] = [];
  const quiet = new WakeUps({
    ...{ appUrl: wire.url, ...(heartbeatMs !== undefined && { heartbeatMs }) },
    onMoved: ({ agencyId }) => heard.push(agencyId),
    onFailure: (error) => failures.push(error),
  });
  const other = new WakeUps({ appUrl, onMoved: () => undefined, onFailure: (error) => failures.push(error) });
  closers.push(
    () => quiet.close(),
    () => other.close(),
  );
  const agencyId = randomUUID();
  /** Told again and again until it is heard: what nobody hears is lost. */
  const untilHeard = async (): Promise<void> => {
    heard.splice(0);
    for (; heard.length === 0; await pause(50)) other.publish(agencyId);
  };
  await untilHeard();
  return { quiet, failures, untilHeard };
}

it('a connection that only listens and went silent is missed by its heartbeat, and made anew', async () => {
  const { failures, untilHeard } = await two(500);
  wire.silence();
  await untilHeard();
  expect(failures).toMatchObject([{ message: 'The connection went silent.' }]);
}, 30_000);

it('what is told to a connection that went silent does not pile up, and closing it takes no longer than a goodbye', async () => {
  const { quiet, failures } = await two();
  wire.mute();
  for (let told = 0; told < 200; told += 1) quiet.publish(randomUUID());
  // Given up by what was told, without a heartbeat.
  while (failures.length === 0) await pause(50);
  const startedAt = performance.now();
  await quiet.close();
  expect(performance.now() - startedAt).toBeLessThan(8_000);
}, 30_000);
