import { buildSchema } from 'graphql';
import { BEYOND_MAX } from '../../../src/http/cost/under-way.js';
import { Asking } from './asking.js';

const SCHEMA = buildSchema(`
  type Query { none: Int }
  type Mutation { put: Putting! }
  type Putting { rows: [Row!]! }
  type Row { id: Int! }
`);
const ROWS = BEYOND_MAX / 5;
let done = 0;
SCHEMA.getMutationType()!.getFields()['put']!.resolve = () => {
  done += 1;
  return { rows: Array.from({ length: ROWS }, (_, id) => ({ id })) };
};

let asking: Asking;
beforeAll(async () => {
  asking = await Asking.of(SCHEMA);
});
afterAll(() => asking.close());

it('what a mutation answers with is told as far as any answer is', async () => {
  const { data } = await asking.ask('mutation { put { rows { a: id b: id c: id d: id e: id } } }', {}, 'a');
  expect([data.put.rows.length, done]).toEqual([ROWS, 1]);
});

it.each([
  ['more fields', 'a: id b: id c: id d: id e: id f: id'],
  ['longer names', `${'a'.repeat(100)}: id`],
])('with %s it is done all the same, and the words say so', async (agencyId, fields) => {
  const before = done;
  const { data, errors } = await asking.ask(`mutation { put { rows { ${fields} } } }`, {}, agencyId);
  expect([data, done]).toEqual([null, before + 1]);
  expect(errors).toMatchObject([
    {
      extensions: { code: 'COST_EXCEEDED' },
      message: expect.stringMatching(/by 200000 fields.* is done all the same\.$/),
    },
  ]);
});
