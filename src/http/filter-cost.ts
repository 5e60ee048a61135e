import {
  type FieldNode,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  isInputObjectType,
  Kind,
  type ValueNode,
} from 'graphql';

/** What each thing that a filter asks may cost: it is asked of every row of a list, and some go through the books. */
const COST_OF_CONDITION = 20;
/** Deeper than any filter may be: what lies below is refused anyway. */
const DEPTH_MAX = 20;
const FILTER_TYPE = 'ProspectFilter';
/** A saved filter, whose conditions nobody has looked up yet. */
const SEGMENT_ARGUMENT = 'segmentId';
const CONDITIONS_OF_SEGMENT = 10;

/** What the variables of an operation stand for: what came with it, or else what it says itself. */
interface Given {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly defaults: ReadonlyMap<string, ValueNode | undefined>;
}

/** What the filters and segments among a field's arguments cost besides. */
export function costOfFilters(field: GraphQLField<unknown, unknown>, node: FieldNode, given: Given): number {
  let conditions = 0;
  for (const { name, value } of node.arguments ?? []) {
    const type = field.args.find((argument) => argument.name === name.value)?.type;
    if (name.value === SEGMENT_ARGUMENT && plainOf(value, given, 0)) conditions += CONDITIONS_OF_SEGMENT;
    if (type) conditions += conditionsIn(type, plainOf(value, given, 0));
  }
  return conditions * COST_OF_CONDITION;
}

/** Of a filter, or of an input that has one to be kept. */
function conditionsIn(type: GraphQLInputType, plain: unknown): number {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return 0;
  if (named.name === FILTER_TYPE) return conditionsOf(plain, 0);
  if (typeof plain !== 'object' || plain === null) return 0;
  const said = plain as Readonly<Record<string, unknown>>;
  return Object.values(named.getFields())
    .filter((field) => getNamedType(field.type).name === FILTER_TYPE)
    .reduce((sum, { name }) => sum + conditionsOf(said[name], 0), 0);
}

/** How many values are said: a list of them is compared in one go, filters in a list are asked one by one. */
function conditionsOf(value: unknown, depth: number): number {
  if (value === null || value === undefined) return 0;
  if (typeof value !== 'object' || depth > DEPTH_MAX) return 1;
  const isOfValues = Array.isArray(value) && value.every((item) => typeof item !== 'object');
  if (isOfValues) return 1;
  // One within another that asks nothing has to be read all the same.
  if (depth > 0 && Object.keys(value).length === 0) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + conditionsOf(item, depth + 1), 0);
}

function plainOf(node: ValueNode, given: Given, depth: number): unknown {
  if (depth > DEPTH_MAX) return true;
  switch (node.kind) {
    case Kind.VARIABLE: {
      const name = node.name.value;
      const byDefault = given.defaults.get(name);
      // A default is a constant: no variable is in it.
      if (given.variables[name] === undefined && byDefault) return plainOf(byDefault, given, depth);
      return given.variables[name];
    }
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => plainOf(value, given, depth + 1));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, plainOf(value, given, depth + 1)]),
      );
    default:
      return true;
  }
}
