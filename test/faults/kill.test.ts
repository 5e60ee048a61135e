import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { openKeyedOffice, type KeyedOffice } from './keyed-office.js';
import { Served } from './served.js';

const RESERVE = `mutation Reserve($input: ReserveInput!) {
  reserve(input: $input) { decision { id outcome replayed reservation { id status } } userErrors { code message } }
}`;
const COMMIT = `mutation Commit($input: CommitReservationInput!) {
  commitReservation(input: $input) { reservation { id status sentAt } userErrors { code message } }
}`;
const RESERVATION = `query Reservation($id: ID!) { node(id: $id) { ... on Reservation { status sentAt } } }`;

interface Reserved {
  readonly reserve: {
    readonly decision: {
      readonly id: string;
      readonly outcome: string;
      readonly reservation: { readonly id: string } | null;
    };
  };
}
interface Committed {
  readonly commitReservation: { readonly reservation: { readonly status: string; readonly sentAt: string } };
}

/** What reached a caller before everything was killed. */
interface Acknowledged {
  readonly reserved: { readonly key: string; readonly decisionId: string }[];
  readonly committed: { readonly reservationId: string; readonly sentAt: string }[];
}

let dataDirectory: string;
beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-kill-'));
});
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

function input(seatId: string, idempotencyKey: string): object {
  const recipient = { profileUrl: 'https://www.linkedin.com/in/somebody', degree: 'FIRST' };
  return { input: { seatId, action: 'PROFILE_VIEW', recipient, idempotencyKey } };
}

/** Callers that hold and commit, until the server is gone. */
async function load(server: Served, office: KeyedOffice, acknowledged: Acknowledged): Promise<void> {
  const caller = async (): Promise<void> => {
    for (;;) {
      const key = randomUUID();
      const seatId = office.seatIds[acknowledged.reserved.length % office.seatIds.length]!;
      const answer = await server.ask<Reserved>(office.key, RESERVE, input(seatId, key));
      const decision = answer.data?.reserve.decision;
      if (!decision) throw new Error(JSON.stringify(answer));
      acknowledged.reserved.push({ key, decisionId: decision.id });
      if (!decision.reservation) continue;
      const reservationId = decision.reservation.id;
      const { data } = await server.ask<Committed>(office.key, COMMIT, { input: { reservationId } });
      if (!data) throw new Error('No answer.');
      acknowledged.committed.push({ reservationId, sentAt: data.commitReservation.reservation.sentAt });
    }
  };
  await Promise.allSettled(Array.from({ length: 16 }, caller));
}

it('P3: what was acknowledged survives kill -9 of the server and of PostgreSQL, and the audit is clean', async () => {
  const server = await Served.start(dataDirectory);
  const office = await openKeyedOffice(dataDirectory, 20);
  const acknowledged: Acknowledged = { reserved: [], committed: [] };
  const loading = load(server, office, acknowledged);
  // In the middle of it: once enough was answered to have something to lose.
  while (acknowledged.committed.length < 60) await new Promise((resolve) => setTimeout(resolve, 10));
  await server.killAll();
  await loading;

  const again = await Served.start(dataDirectory);
  for (const { reservationId, sentAt } of acknowledged.committed) {
    const { data } = await again.ask(office.key, RESERVATION, { id: reservationId });
    expect(data).toEqual({ node: { status: 'COMMITTED', sentAt } });
  }
  for (const { key, decisionId } of acknowledged.reserved.slice(-40)) {
    const seats = await Promise.all(
      office.seatIds.map((seatId) => again.ask<Reserved>(office.key, RESERVE, input(seatId, key))),
    );
    const same = seats.filter(({ data }) => data?.reserve.decision?.id === decisionId);
    expect(same).toHaveLength(1);
  }
  const database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await database.close();
  expect(await again.stop()).toBe(0);
}, 180_000);
