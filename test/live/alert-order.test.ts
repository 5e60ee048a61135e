import fc from 'fast-check';
import type { FeedReader } from '../../src/live/alert-feed.js';
import { AlertStreams, type AlertStream, type AlertStreamsParts } from '../../src/live/alert-stream.js';
import type { StreamedAlert } from '../../src/services/alerts/alert.service.js';
import { systemViewer } from '../../src/tenancy/viewer.js';

/**
 * Whatever is raised while whatever is read, by one who reads as fast or as slowly as they like: each alert once, in order.
 * In memory, so that what is raised in the middle of a reading is in the middle of it at every run.
 */
class Books {
  private head = 0;
  private offered = 0;
  private reader: FeedReader | null = null;

  /** `meanwhile` is how many are raised during each reading, in turn. */
  constructor(private readonly meanwhile: number[]) {}

  raise(count: number): void {
    this.head += count;
  }

  /** As the feed of an agency does: whole pages, none left out. */
  offer(rows: number): void {
    while (this.offered < this.head) {
      const alerts = this.rowsAfter(this.offered, rows);
      this.offered += alerts.length;
      this.reader?.offer(alerts, this.offered);
    }
  }

  open(since: number | null): Promise<AlertStream> {
    const feeds: AlertStreamsParts['feeds'] = {
      attach: (_, reader) => {
        this.reader = reader;
        this.offered = this.head;
        return Promise.resolve({ head: this.head, detach: () => undefined });
      },
    };
    const alerts: AlertStreamsParts['alerts'] = {
      isAsked: () => true,
      after: (_viewer, _asked, { after, rows }) => {
        const read = { alerts: this.rowsAfter(after, rows), head: this.head, at: 0 };
        this.raise(this.meanwhile.shift() ?? 0);
        this.offer(500);
        return Promise.resolve(read);
      },
    };
    const parts = { feeds, alerts, keptMs: 1 };
    const asked = { since, clientAccountId: null, severities: null };
    return new AlertStreams({ ...parts, checkpointMs: 1e9 }).open(systemViewer('agency', 'test'), asked);
  }

  get raised(): number {
    return this.head;
  }

  private rowsAfter(after: number, rows: number): StreamedAlert[] {
    const count = Math.max(0, Math.min(rows, this.head - after));
    return Array.from({ length: count }, (_, index) => {
      return { sequence: after + 1 + index, raisedAt: 0 } as StreamedAlert;
    });
  }
}

async function take(stream: AlertStream, count: number, into: number[]): Promise<void> {
  for (let left = count; left > 0; left -= 1) {
    const { value } = await stream.next();
    if (value?.kind === 'RAISED') into.push(value.alert.sequence);
  }
}

it('tells each alert once and in order, whatever is raised while it reads', async () => {
  const counts = fc.integer({ min: 0, max: 700 });
  const steps = fc.array(
    fc.record({ raised: counts, rows: fc.integer({ min: 1, max: 500 }), taken: counts }),
    {
      maxLength: 12,
    },
  );
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.array(counts, { maxLength: 12 }),
      fc.option(fc.nat(300)),
      async (plan, meanwhile, since) => {
        const books = new Books([...meanwhile]);
        books.raise(300);
        const stream = await books.open(since);
        const first = (since ?? 300) + 1;
        const told: number[] = [];
        for (const { raised, rows, taken } of plan) {
          books.raise(raised);
          books.offer(rows);
          await take(stream, Math.min(taken, books.raised - first + 1 - told.length), told);
        }
        // What is raised by the last readings is there as well.
        while (told.length < books.raised - first + 1) await take(stream, 1, told);
        expect(told).toEqual(Array.from({ length: told.length }, (_, index) => first + index));
      },
    ),
    { numRuns: 60 },
  );
});
