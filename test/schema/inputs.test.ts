import { graphql, type GraphQLSchema } from 'graphql';
import { buildSchema, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import { Agency } from '../../src/schema/agency.schema.js';
import { ActivityInput } from '../../src/schema/activity.schema.js';
import { RecipientInput, ReserveInput } from '../../src/schema/decision.input.js';
import { fill } from '../../src/schema/fill.js';
import { CreatePlanInput } from '../../src/schema/plan.schema.js';
import { UpdateSeatInput } from '../../src/schema/seat.input.js';
import { buildStubSchema, type StubContext } from './stub-resolvers.js';

let schema: GraphQLSchema;

beforeAll(async () => {
  schema = await buildStubSchema();
});

/** What a resolver is given for this document; fails where it isn't reached. */
async function givenBy(source: string, variableValues: Record<string, unknown> = {}): Promise<unknown> {
  const contextValue: StubContext = { answers: {} };
  const { errors } = await graphql({ schema, source, variableValues, contextValue });
  if (!('given' in contextValue)) throw errors?.[0] ?? new Error('No resolver was reached.');
  return contextValue.given;
}

const UPDATE_SEAT =
  'mutation ($input: UpdateSeatInput!) { updateSeat(input: $input) { userErrors { code } } }';

describe('an input', () => {
  it('tells what is left out from what is null: left out stays, null clears', async () => {
    const given = await givenBy(UPDATE_SEAT, {
      input: { seatId: 'seat_1', externalRef: null, tier: 'BASIC' },
    });
    expect(given).toBeInstanceOf(UpdateSeatInput);
    expect(Object.entries(Object(given))).toEqual([
      ['seatId', 'seat_1'],
      ['tier', 'BASIC'],
      ['externalRef', null],
    ]);
  });

  it('tells them in a literal and in a variable of its own too', async () => {
    const source = `mutation ($ref: String, $zone: TimeZone) {
      updateSeat(input: { seatId: "seat_1", workingHours: null, externalRef: $ref, timeZone: $zone }) {
        userErrors { code } } }`;
    const given = Object(await givenBy(source, { ref: null }));
    expect(given).toEqual({ seatId: 'seat_1', workingHours: null, externalRef: null });
    expect('timeZone' in given).toBe(false);
  });

  it('has its defaults only where a value is left out', async () => {
    const source =
      'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { userErrors { code } } }';
    const leftOut = await givenBy(source, { input: { name: 'Basic', seatAllowance: 3 } });
    expect(leftOut).toBeInstanceOf(CreatePlanInput);
    expect(leftOut).toEqual({ name: 'Basic', seatAllowance: 3, limits: [] });
    const cleared = await givenBy(source, { input: { name: 'Basic', seatAllowance: 3, limits: null } });
    expect(cleared).toEqual({ name: 'Basic', seatAllowance: 3, limits: null });
  });

  it('is an instance all the way down, with instants as numbers and zones in their usual spelling', async () => {
    const reserve = 'mutation ($input: ReserveInput!) { reserve(input: $input) { userErrors { code } } }';
    const input = { seatId: 's', action: 'INMAIL', recipient: { profileUrl: 'p' }, idempotencyKey: 'k' };
    const reserved = await givenBy(reserve, { input });
    expect(reserved).toBeInstanceOf(ReserveInput);
    expect(reserved).toHaveProperty('recipient', expect.any(RecipientInput));
    expect(reserved).toEqual({
      ...input,
      recipient: { profileUrl: 'p', degree: 'UNKNOWN', openProfile: false },
      withNote: false,
      isReply: false,
      holdSeconds: 900,
    });
    const recorded = await givenBy(
      `mutation { recordActivities(inputs: [{ seatId: "s", action: FOLLOW, idempotencyKey: "k",
        occurredAt: "2026-11-24T10:30:00+01:00" }]) { userErrors { code } } }`,
    );
    expect(recorded).toEqual([expect.any(ActivityInput)]);
    expect(recorded).toHaveProperty('0.occurredAt', Date.UTC(2026, 10, 24, 9, 30));
    const updated = await givenBy(UPDATE_SEAT, { input: { seatId: 's', timeZone: 'asia/kolkata' } });
    expect(updated).toHaveProperty('timeZone', 'Asia/Kolkata');
  });

  it('that no scalar can read is BAD_USER_INPUT, and says where', async () => {
    const contextValue: StubContext = { answers: {} };
    const variableValues = { input: { seatId: 's', workingHours: { days: [1], from: '9:00', to: '24:00' } } };
    const { errors } = await graphql({ schema, source: UPDATE_SEAT, variableValues, contextValue });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    expect(errors?.[0]?.message).toBe(
      'Variable "$input" got invalid value "9:00" at "input.workingHours.from"; ' +
        '"9:00" is no LocalTime: it is written HH:MM, from 00:00 to 24:00.',
    );
    expect(contextValue).not.toHaveProperty('given');
  });
});

describe('arguments', () => {
  it('of a list hold the page and the filters, without what is left out', async () => {
    const given = Object(
      await givenBy('{ seats(first: 5, statuses: [PAUSED], minLevel: null) { nodes { id } } }'),
    );
    expect({ ...given }).toEqual({ first: 5, statuses: ['PAUSED'], minLevel: null });
    expect('after' in given).toBe(false);
  });

  it('hold instants as numbers', async () => {
    const given = Object(await givenBy('{ decisions(from: "1970-01-01T00:00:01Z") { nodes { id } } }'));
    expect({ ...given }).toEqual({ from: 1000 });
  });
});

describe('objects', () => {
  const agency = fill(Agency, { id: 'agency_1', name: 'Acme', timeZone: 'Europe/Madrid', createdAt: 0 });

  it('are found by their class where only Node is known', async () => {
    const { data, errors } = await graphql({
      schema,
      source: '{ node(id: "x") { __typename id ... on Agency { name createdAt } } }',
      contextValue: { answers: { node: agency } },
    });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      node: { __typename: 'Agency', id: 'agency_1', name: 'Acme', createdAt: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('let a resolver load a field that the class declares, without saying its type again', async () => {
    @ObjectType()
    class Shelf {
      @Field(() => [String], { description: 'What stands on it.' })
      books?: string[];
    }

    @Resolver(() => Shelf)
    class ShelfResolver {
      @Query(() => Shelf)
      shelf(): Shelf {
        return new Shelf();
      }

      @FieldResolver()
      books(): Promise<string[]> {
        return Promise.resolve(['Middlemarch']);
      }
    }

    const shelves = await buildSchema({ resolvers: [ShelfResolver] });
    expect(String(Object(shelves.getType('Shelf'))._fields.books.type)).toBe('[String!]!');
    const { data } = await graphql({ schema: shelves, source: '{ shelf { books } }' });
    expect(data).toEqual({ shelf: { books: ['Middlemarch'] } });
  });
});
