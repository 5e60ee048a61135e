import type { DataSource } from 'typeorm';
import { Stopping } from '../../src/errors.js';
import { AgenciesReader } from '../../src/ledger/told/agencies-reader.js';
import { BookWatch, type BookPosition } from '../../src/live/book-watch.js';
import { WakeUps } from '../../src/live/wake-ups.js';
import { openLive } from '../../src/live/wired.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { seedAgency } from '../support/agency.js';
import { testDatabase } from '../support/database.js';
import { Wire } from '../ledger/wire.js';

let appUrl: string;
let dataSource: DataSource;
let watcher: AgenciesReader;
let closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  ({ appUrl } = await testDatabase());
  dataSource = await openDataSource(appUrl, { connectionsMax: 4 });
  watcher = new AgenciesReader(appUrl);
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});
afterAll(async () => {
  await watcher.close();
  await dataSource.destroy();
});

type Read = (agencyIds: readonly string[]) => Promise<readonly BookPosition[]>;

/** A watch that never polls by itself within a test, unless it is told to. */
function open(read: Read, pollMs = 60_000, onFailure: (error: unknown) => void = fail): BookWatch {
  const watch = new BookWatch({ read, onFailure, pollMs });
  closers.push(() => watch.close());
  return watch;
}

function fail(error: unknown): void {
  throw error;
}

const read: Read = (agencyIds) => watcher.books(agencyIds);

/** As any change does, of whatever process. */
async function move(agencyId: string): Promise<void> {
  await inAgency(dataSource, { agencyId }, (manager) =>
    manager.query('UPDATE agency_book SET revision = revision + 1 WHERE agency_id = $1', [agencyId]),
  );
}

/** What a watcher is told, to be waited for. */
class Told {
  readonly positions: BookPosition[] = [];
  private wake: () => void = () => undefined;
  readonly hear = (position: BookPosition): void => {
    this.positions.push(position);
    this.wake();
  };

  async untilRevision(revision: number): Promise<void> {
    while ((this.positions.at(-1)?.revision ?? 0) < revision) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

async function newAgency(): Promise<string> {
  return (await seedAgency(dataSource)).agencyId;
}

it('sees what another process moved by the poll alone', async () => {
  const agencyId = await newAgency();
  const live = openLive({ appUrl, alertDays: 90, onFailure: fail, hasWakeUps: false });
  closers.push(() => live.close());
  const told = new Told();
  const { position, stop } = await live.books.watch(agencyId, told.hear);
  await move(agencyId);
  await told.untilRevision(position.revision + 1);
  expect(told.positions).toEqual([{ ...position, revision: position.revision + 1 }]);
  stop();
});

it('misses nothing that moves while the first position is read', async () => {
  const agencyId = await newAgency();
  const told = new Told();
  let looks = 0;
  const watch = open(async (agencyIds) => {
    const found = await read(agencyIds);
    looks += 1;
    // Behind the back of this look: the position that it answers with is old already.
    if (looks === 1) await move(agencyId);
    return found;
  });
  const { position } = await watch.watch(agencyId, told.hear);
  watch.hint(agencyId);
  await told.untilRevision(position.revision + 1);
  expect(told.positions).toHaveLength(1);
});

it('answers with a position that was read after the watcher was attached, whoever watched before', async () => {
  const agencyId = await newAgency();
  const watch = open(read);
  const first = await watch.watch(agencyId, () => undefined);
  await move(agencyId);
  const second = await watch.watch(agencyId, () => undefined);
  expect(second.position.revision).toBe(first.position.revision + 1);
});

it('looks at all that are watched in one statement, and at nothing once nobody watches', async () => {
  const agencyIds = [await newAgency(), await newAgency(), await newAgency()];
  const asked: string[][] = [];
  const watch = open(async (ids) => {
    asked.push([...ids]);
    return read(ids);
  }, 20);
  const watched = await Promise.all(agencyIds.map((id) => watch.watch(id, () => undefined)));
  await untilLater(() => asked.some((ids) => ids.length === 3));
  expect(asked.find((ids) => ids.length === 3)?.toSorted()).toEqual(agencyIds.toSorted());
  watched.forEach(({ stop }) => stop());
  // Whatever look was under way is over once the next watcher has its position.
  await watch.watch(agencyIds[0]!, () => undefined).then(({ stop }) => stop());
  const looks = asked.length;
  const agencyId = await newAgency();
  await move(agencyId);
  expect(asked).toHaveLength(looks);
});

it('goes on after PostgreSQL was away, and tells what moved meanwhile', async () => {
  const agencyId = await newAgency();
  const wire = await Wire.to(appUrl);
  closers.push(() => wire.close());
  const failures: unknown[] = [];
  const live = openLive({
    alertDays: 90,
    appUrl: wire.url,
    onFailure: (error) => failures.push(error),
    hasWakeUps: false,
  });
  closers.push(() => live.close());
  const told = new Told();
  const { position } = await live.books.watch(agencyId, told.hear);
  wire.cut();
  await untilLater(() => failures.length >= 2);
  await move(agencyId);
  // Whoever comes meanwhile is told, and may come again.
  await expect(live.books.watch(agencyId, () => undefined)).rejects.toThrow();
  wire.mend();
  await told.untilRevision(position.revision + 1);
  expect(told.positions).toHaveLength(1);
});

it('one watcher that throws, or leaves, takes nothing from the others', async () => {
  const agencyId = await newAgency();
  const failures: unknown[] = [];
  const watch = open(read, 20, (error) => failures.push(error));
  const [told, gone] = [new Told(), new Told()];
  const defect = new Error('A defect of a watcher.');
  await watch.watch(agencyId, () => {
    throw defect;
  });
  const { stop } = await watch.watch(agencyId, gone.hear);
  const { position } = await watch.watch(agencyId, told.hear);
  stop();
  await move(agencyId);
  await told.untilRevision(position.revision + 1);
  expect([failures, gone.positions]).toEqual([[defect], []]);
});

it('a process that heard of a move from another one looks at once, gathered', async () => {
  const agencyIds = await Promise.all(Array.from({ length: 5 }, newAgency));
  const watch = open(read);
  const told = new Told();
  const { position } = await watch.watch(agencyIds[4]!, told.hear);
  const heard: string[] = [];
  const onMoved = ({ agencyId }: { readonly agencyId: string }): void => {
    heard.push(agencyId);
    watch.hint(agencyId);
  };
  const [here, there] = [
    new WakeUps({ appUrl, onMoved, onFailure: fail }),
    new WakeUps({ appUrl, onMoved: fail, onFailure: fail }),
  ];
  closers.push(
    () => here.close(),
    () => there.close(),
  );
  for (const agencyId of agencyIds) await move(agencyId);
  // Told again and again until both are connected: what nobody hears is lost, and only late by it.
  const telling = setInterval(() => agencyIds.forEach((agencyId) => there.publish(agencyId)), 20);
  await told.untilRevision(position.revision + 1);
  clearInterval(telling);
  expect(new Set(heard)).toEqual(new Set(agencyIds));
});

it('turns those away who still wait when it closes', async () => {
  const agencyId = await newAgency();
  let answer: (() => void) | null = null;
  const watch = open(async (agencyIds) => {
    await new Promise<void>((resolve) => (answer = resolve));
    return read(agencyIds);
  });
  const watching = watch.watch(agencyId, () => undefined);
  await untilLater(() => answer !== null);
  const late = watch.watch(agencyId, () => undefined);
  const outcome = Promise.allSettled([watching, late]);
  const closed = watch.close();
  answer!();
  await closed;
  expect(await outcome).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: expect.any(Stopping) },
  ]);
});

/** Looks again and again, in turns of the event loop. */
async function untilLater(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}
