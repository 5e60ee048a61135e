import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';

/** Every place of a schema where a caller says something, found in the schema itself: what is new is found too. */

/** What is said at a place: names an object, goes on behind a row, is of one attempt, is anybody's words, or none of these. */
export type PlaceKind = 'ID' | 'CURSOR' | 'KEY' | 'TEXT' | 'PLAIN';

/** A field that takes arguments, with the way to it from the root. */
export interface Asked {
  readonly operation: 'query' | 'mutation';
  /** `seats`, or `seats.nodes.usage` for a field that is reached through others. */
  readonly name: string;
  /** From the root; the last one is the field itself. */
  readonly steps: readonly GraphQLField<unknown, unknown>[];
}

/** A value within the arguments of a field. */
export interface Place {
  readonly asked: Asked;
  /** `['input', 'recipient', 'profileUrl']`; a list is one step, `0`. */
  readonly path: readonly string[];
  readonly kind: PlaceKind;
  /** Of the input type that has it, `RecipientInput.profileUrl`, or of the field's own argument. */
  readonly name: string;
  readonly type: GraphQLNamedInputType;
}

export function fieldOf({ steps }: Asked): GraphQLField<unknown, unknown> {
  const field = steps.at(-1);
  if (!field) throw new Error('A way has a last step.');
  return field;
}

/** The fields of the roots, and all fields with arguments that they lead to, each by its shortest way. */
export function askedOf(schema: GraphQLSchema): Asked[] {
  const found: Asked[] = [];
  const seen = new Set<string>();
  let ways = (['query', 'mutation'] as const).flatMap((operation) => {
    const root = operation === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(root?.getFields() ?? {}).map((field): Asked => {
      return { operation, name: field.name, steps: [field] };
    });
  });
  found.push(...ways);
  while (ways.length > 0) {
    ways = ways.flatMap((way) => {
      const type = getNamedType(fieldOf(way).type);
      if (seen.has(type.name) || !isObjectType(type)) return [];
      seen.add(type.name);
      return Object.values(type.getFields()).map((field): Asked => {
        return { ...way, name: `${way.name}.${field.name}`, steps: [...way.steps, field] };
      });
    });
    found.push(...ways.filter((way) => fieldOf(way).args.length > 0));
  }
  return found;
}

/** Every place among the arguments of a field. */
export function placesOf(asked: Asked): Place[] {
  return fieldOf(asked).args.flatMap((argument) => below(asked, argument, [argument.name], asked.name, []));
}

function below(
  asked: Asked,
  value: GraphQLArgument | GraphQLInputField,
  path: readonly string[],
  owner: string,
  above: readonly string[],
): Place[] {
  const steps = isListType(getNullableType(value.type)) ? [...path, '0'] : path;
  const type = getNamedType(value.type);
  if (isInputObjectType(type)) {
    // A filter within a filter takes what the outer one takes.
    if (above.includes(type.name)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      below(asked, field, [...steps, field.name], type.name, [...above, type.name]),
    );
  }
  return [{ asked, path: steps, kind: kindOf(value.name, type), name: `${owner}.${value.name}`, type }];
}

function kindOf(name: string, { name: type }: GraphQLNamedInputType): PlaceKind {
  if (type === 'ID') return 'ID';
  if (type !== 'String') return 'PLAIN';
  if (['after', 'before', 'since'].includes(name)) return 'CURSOR';
  return name === 'idempotencyKey' ? 'KEY' : 'TEXT';
}

/** Every field of every input type, but for those that hold another input. */
export function inputFieldsOf(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => !isInputObjectType(getNamedType(field.type)))
        .map(({ name }) => `${type.name}.${name}`),
    );
}

/** Rows of a list that is asked for on the way. */
const ROWS = 5;

/**
 * Everything that a type tells, as deep as it goes without coming to the same type again. Of a list of pages the rows alone:
 * their cursors are of the top.
 */
export function selectionOf(
  schema: GraphQLSchema,
  name: string,
  levels: number,
  above: readonly string[] = [],
  otherwise: ReadonlySet<string> = new Set(),
): string {
  const type = schema.getType(name);
  const parts: string[] = ['__typename'];
  if (isInterfaceType(type)) {
    const possible = schema.getPossibleTypes(type);
    const differing = namesOfSeveralTypes(possible);
    const kinds = possible.map(({ name: kind }) => {
      return `... on ${kind} ${selectionOf(schema, kind, levels, above, differing)}`;
    });
    return `{ ${kinds.join(' ')} }`;
  }
  if (!isObjectType(type)) return '';
  for (const field of Object.values(type.getFields())) {
    const of = getNamedType(field.type);
    const asked = otherwise.has(field.name) ? `${name}_${field.name}: ${field.name}` : field.name;
    if (isObjectType(of) || isInterfaceType(of)) {
      if (levels === 0 || above.includes(of.name) || of.name.endsWith('Edge')) continue;
      const page = field.args.some(({ name: argument }) => argument === 'first') ? `(first: ${ROWS})` : '';
      parts.push(`${asked}${page} ${selectionOf(schema, of.name, levels - 1, [...above, name])}`);
    } else {
      parts.push(asked);
    }
  }
  return `{ ${parts.join(' ')} }`;
}

/** Fields of some types that have one name and different types: each is asked for by another name. */
function namesOfSeveralTypes(types: readonly GraphQLObjectType[]): Set<string> {
  const typesOf = new Map<string, Set<string>>();
  for (const field of types.flatMap((type) => Object.values(type.getFields()))) {
    typesOf.set(field.name, (typesOf.get(field.name) ?? new Set()).add(String(field.type)));
  }
  return new Set([...typesOf].filter(([, kinds]) => kinds.size > 1).map(([name]) => name));
}

/** Whether a value has to be given. */
export function isRequired({
  type,
  defaultValue,
}: {
  readonly type: GraphQLInputType;
  readonly defaultValue?: unknown;
}): boolean {
  return getNullableType(type) !== type && defaultValue === undefined;
}
