import { randomUUID } from 'node:crypto';
import { fromId, toId } from '../../../src/schema/ids.js';
import { HoldsOfMarked } from '../../../src/services/prospects/prospect.holds.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Api } from '../../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_SWEEP: 'off' });
});
afterAll(() => api.close());

it('P13: what was left held for somebody whom a mark binds is given back by the sweep, and nothing else', async () => {
  const agency = await api.seed();
  const reserve = async (slug: string): Promise<string> => {
    const input = {
      ...{ seatId: toId('seat', agency.seat.id), action: 'DIRECT_MESSAGE', idempotencyKey: randomUUID() },
      recipient: { profileUrl: `in/${slug}`, degree: 'FIRST', company: 'Acme' },
    };
    const query = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { reservation { id } } } }`;
    return (await api.data(agency.key, query, { input })).reserve.decision.reservation.id;
  };
  const [bound, other] = [await reserve('left-held'), await reserve('free')];
  // As a list leaves it that told of the person, and whose process ended before it gave back what was held.
  await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(
      `INSERT INTO do_not_contact
       SELECT k.agency_id, gen_random_uuid(), 'AGENCY', k.agency_id, 'PERSON', k.key_version, k.fingerprint, 0, 'test'
       FROM recipient_key k JOIN hold h ON h.agency_id = k.agency_id AND h.recipient_id = k.recipient_id
       WHERE k.agency_id = $1 AND h.id = $2`,
      [agency.agencyId, fromId('reservation', bound)],
    ),
  );
  await new HoldsOfMarked(api.dataSource).release(agency.agencyId);
  const query = `query ($id: ID!) { node(id: $id) { ... on Reservation { status releasedBecause } } }`;
  const told = async (id: string) => (await api.data(agency.key, query, { id })).node;
  expect(await told(bound)).toEqual({ status: 'RELEASED', releasedBecause: 'DO_NOT_CONTACT' });
  expect(await told(other)).toEqual({ status: 'HELD', releasedBecause: null });
});
