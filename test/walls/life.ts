import { createHash, randomUUID } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { fromId } from '../../src/schema/ids.js';
import { Letters } from '../../src/services/members/letters.js';
import { PreviewCap } from '../../src/services/decisions/preview-cap.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Sealer } from '../../src/tenancy/sealed.js';
import { ALICE, ME } from '../imports/reading.js';
import { SMALL_EXPORT, upload, zipOf } from '../support/exports.js';
import { setProvider } from '../support/open-id.js';
import { runCampaign } from './campaigns.js';
import { askedOf } from './places.js';
import type { Territory } from './territory.js';
import { isDone, plain, type Walker } from './walk.js';

/**
 * Does in a territory whatever its owner may do: every mutation of the schema once, and what comes in by other ways. From
 * then on every table has rows of it.
 */
export async function liveThroughEverything(
  walker: Walker,
  schema: GraphQLSchema,
  territory: Territory,
): Promise<void> {
  for (const asked of askedOf(schema)) {
    if (asked.operation !== 'mutation' || asked.steps.length > 1) continue;
    const sent = await walker.sentBy(territory, asked);
    const answer = await walker.ask(territory.key, sent);
    if (!isDone(sent, answer)) throw new Error(`${asked.name}: ${plain(answer)}`);
  }
  await writeToSomebody(territory);
  await importArchive(territory);
  await moveAddress(territory);
  await withdrawInvitations(territory);
  await meetPeople(territory);
  await signInElsewhere(territory);
  await runCampaign(territory);
  const key = { fingerprint: createHash('sha256').update(territory.canary).digest() };
  await new PreviewCap(territory.api.dataSource).count(
    territory.agency.owner,
    { kind: 'PROFILE', version: 1, ...key },
    Date.now(),
  );
}

/** A message, of which its words are kept as fingerprints; the credits that an InMail takes. */
async function writeToSomebody(territory: Territory): Promise<void> {
  const seatId = await territory.take('seat');
  const credits = 'mutation ($input: SetCreditsInput!) { setCredits(input: $input) { seat { id } } }';
  await territory.api.data(territory.key, credits, { input: { seatId, available: 9 } });
  const reserve = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { reservation { id } } } }`;
  const commit =
    'mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { reservation { id } } }';
  for (const action of ['DIRECT_MESSAGE', 'INMAIL']) {
    const words = Array.from({ length: 40 }, () => territory.text()).join(' ');
    const message = { subject: territory.text(), body: words, variables: [words.slice(0, 20)] };
    const input = {
      ...{ seatId, action, message, idempotencyKey: territory.text() },
      recipient: { profileUrl: territory.profileUrl(), degree: 'FIRST' },
    };
    const { decision } = (await territory.api.data(territory.key, reserve, { input })).reserve;
    await territory.api.data(territory.key, commit, { id: decision.reservation.id });
  }
}

/** Invitations of which nothing is known but how many, and some of them taken back. */
async function withdrawInvitations(territory: Territory): Promise<void> {
  const seatId = await territory.take('seat');
  const record = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
  for (const [action, count] of [
    ['CONNECTION_REQUEST', 3],
    ['INVITATION_WITHDRAWAL', 1],
  ]) {
    const said = { source: territory.text(), idempotencyKey: territory.text() };
    const input = { seatId, action, count, occurredAt: new Date().toISOString(), ...said };
    await territory.api.data(territory.key, record, { inputs: [input] });
  }
}

/** Somebody who signed in with a second factor; and a letter, as it waits where mail is sent. */
async function meetPeople(territory: Territory): Promise<void> {
  const member = await territory.take('member', 'SECURED');
  const whose = { agencyId: territory.agency.agencyId, memberId: fromId('member', member) ?? '' };
  const letters = new Letters(
    new Sealer(territory.canary),
    () => undefined,
    () => '',
  );
  await inAgency(territory.api.dataSource, whose, (manager) =>
    letters.write(
      manager,
      whose,
      'INVITATION',
      { token: territory.canary, expiresAt: Date.now() },
      Date.now(),
    ),
  );
}

/** A provider to sign in by, and a sign-in that came back from it. */
async function signInElsewhere(territory: Territory): Promise<void> {
  const { api, key, agency } = territory;
  await setProvider(api, key, { issuer: `https://idp.example/${randomUUID()}` });
  await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(
      'INSERT INTO sign_in_return (agency_id, state_sha256, expires_at) VALUES ($1, $2, see_clock() + 60000)',
      [agency.agencyId, createHash('sha256').update(territory.text()).digest()],
    ),
  );
}

/** A seat whose account got another address. */
async function moveAddress(territory: Territory): Promise<void> {
  const seatId = await territory.take('seat');
  const update =
    'mutation ($input: UpdateSeatInput!) { updateSeat(input: $input) { seat { id } userErrors { code } } }';
  const input = { seatId, profileUrl: territory.profileUrl() };
  const { userErrors } = (await territory.api.data(territory.key, update, { input })).updateSeat;
  expect(userErrors).toEqual([]);
}

/** An archive of a seat: a message and its answer, an invitation and its acceptance. */
async function importArchive(territory: Territory): Promise<void> {
  const seatId = await territory.take('seat');
  const query = 'query ($id: ID!) { seat(id: $id) { profileUrl } }';
  const { seat } = await territory.api.data(territory.key, query, { id: seatId });
  const alice = territory.profileUrl();
  const files = Object.entries(SMALL_EXPORT).map(([name, text]) => {
    return [name, text.replaceAll(ME, seat.profileUrl).replaceAll(ALICE, alice)];
  });
  const zip = await zipOf(Object.fromEntries(files) as Record<string, string>);
  const terms = { key: territory.key, query: `seatId=${seatId}`, zip };
  const { status, body } = await upload(territory.api.url, terms);
  if (status !== 200) throw new Error(JSON.stringify(body));
}
