import {
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type GraphQLNamedType,
  type SelectionSetNode,
} from 'graphql';

/** How long the lists of some types are, by the names that introspection has for them. */
type Sizes = Readonly<Record<string, number>>;

/** Of a schema: as long as they are of all types, of those that fields are of, and of the one that has the most. */
interface SchemaSizes {
  readonly types: number;
  readonly directives: number;
  readonly args: number;
  readonly each: Sizes;
  readonly typed: Sizes;
  readonly most: Sizes;
}

type Fragments = ReadonlyMap<string, { readonly selectionSet: SelectionSetNode }>;

const sizesOf = new WeakMap<GraphQLSchema, SchemaSizes>();

/**
 * About how many fields the schema answers a field of introspection with, by how large it is. By other names it may be asked for
 * as often as an operation has aliases: all of it in each of them is more than a process has time for.
 */
export function fieldsOfIntrospection(
  schema: GraphQLSchema,
  fragments: Fragments,
  selectionSet: SelectionSetNode,
): number {
  const sizes = sizesOf.get(schema) ?? measure(schema);
  sizesOf.set(schema, sizes);
  return new Walk(sizes, fragments).of(selectionSet, sizes.most);
}

/** Whether an operation asks of the schema, for which nothing has to be waited: the process alone answers it. */
export function asksOfSchema(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  seen: Set<string> = new Set(),
): boolean {
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD) {
      return selection.selectionSet !== undefined && selection.name.value.startsWith('__');
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) return asksOfSchema(selection.selectionSet, fragments, seen);
    const name = selection.name.value;
    const fragment = seen.has(name) ? undefined : fragments.get(name);
    seen.add(name);
    return fragment !== undefined && asksOfSchema(fragment.selectionSet, fragments, seen);
  });
}

class Walk {
  constructor(
    private readonly sizes: SchemaSizes,
    private readonly fragments: Fragments,
  ) {}

  /** `here`: how long the lists of the types are that are asked about. */
  of({ selections }: SelectionSetNode, here: Sizes): number {
    let fields = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        const below = selection.selectionSet ? this.of(selection.selectionSet, this.below(name, here)) : 0;
        fields += this.rowsOf(name, here) * (1 + below);
      } else {
        const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
        const inner = isSpread
          ? this.fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
        fields += inner ? this.of(inner, here) : 0;
      }
    }
    return fields;
  }

  private rowsOf(name: string, here: Sizes): number {
    if (name === 'types') return this.sizes.types;
    if (name === 'directives') return this.sizes.directives;
    return name === 'args' ? this.sizes.args : (here[name] ?? 1);
  }

  private below(name: string, here: Sizes): Sizes {
    if (name === 'types') return this.sizes.each;
    const isOfOthers = name === 'type' || name === 'interfaces' || name === 'possibleTypes';
    return isOfOthers ? this.sizes.typed : here;
  }
}

function measure(schema: GraphQLSchema): SchemaSizes {
  const types = Object.values(schema.getTypeMap());
  const listed = types.map((type) => listsOf(schema, type));
  const listsByName = new Map(types.map((type, index) => [type.name, listed[index]!]));
  const fields = types.flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const args = fields.flatMap((field) => field.args);
  const typed = [...fields, ...args].map(({ type }) => listsByName.get(getNamedType(type).name)!);
  return {
    types: types.length,
    directives: schema.getDirectives().length,
    args: args.length / Math.max(1, fields.length),
    each: meanOf(listed),
    typed: meanOf(typed),
    most: combine(listed, (lengths) => Math.max(0, ...lengths)),
  };
}

function listsOf(schema: GraphQLSchema, type: GraphQLNamedType) {
  const fields =
    isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? type.getFields() : {};
  const count = Object.keys(fields).length;
  return {
    fields: isInputObjectType(type) ? 0 : count,
    inputFields: isInputObjectType(type) ? count : 0,
    enumValues: isEnumType(type) ? type.getValues().length : 0,
    interfaces: isObjectType(type) || isInterfaceType(type) ? type.getInterfaces().length : 0,
    possibleTypes: isAbstractType(type) ? schema.getPossibleTypes(type).length : 0,
  };
}

type Lists = ReturnType<typeof listsOf>;

function meanOf(all: readonly Lists[]): Sizes {
  return combine(
    all,
    (lengths) => lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length),
  );
}

function combine(all: readonly Lists[], how: (lengths: readonly number[]) => number): Sizes {
  const names = ['fields', 'inputFields', 'enumValues', 'interfaces', 'possibleTypes'] as const;
  return Object.fromEntries(names.map((name) => [name, how(all.map((lists) => lists[name]))]));
}
