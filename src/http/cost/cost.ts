import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { costOfFilters } from './filter-cost.js';
import { InputCosts } from './input-cost.js';
import { fieldsOfIntrospection } from './introspection-cost.js';
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '../../schema/connection.js';
import { type AssumedLists, BEYOND_MAX } from './under-way.js';
import {
  COST_MAX,
  COST_OF_ASKING,
  costOfArgument,
  costOfEntry,
  costOfField,
  costOfObject,
  ROWS_ASSUMED,
} from './prices.js';
import { TextCosts } from './text-cost.js';

const SIZE_OF_LIST = 'totalCount';

/** How many rows a list that is asked for counts as, by what one of them costs. */
type RowsOf = (costOfRow: number) => number;

const usually: RowsOf = () => ROWS_ASSUMED;

/** Rows of a list in what a mutation answers with, where these are not what it was given: the campaigns that a seat left. */
const IN_PAYLOAD_MAX = 200;

/**
 * What a mutation answers with is as long as what it was given, is paid for afterwards, and is done by then: so much as nobody is told
 * is refused before.
 */
function rowsDone(given: number): RowsOf {
  return (costOfRow) => (given * costOfRow > BEYOND_MAX ? given : ROWS_ASSUMED);
}

/** An operation with all that its cost depends on. It has been validated. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Fields of the schema that may be asked for besides, and how many beyond cost as much as one: they ask no database. */
const SCHEMA_FIELDS_FREE = 1_000;
const SCHEMA_FIELDS_OF_ONE = 4;

/**
 * How many fields an operation may be answered with at most, before anything is executed: lists inside of lists
 * multiply, so that a few lines can ask for more than a process can hold. Texts that are to be looked at come on top. What is assumed
 * of the lengths of lists is put into `assumed`.
 */
export function costOf(asked: Operation, assumed: AssumedLists = new Map()): number {
  const { schema, operation } = asked;
  const root = schema.getRootType(operation.operation);
  return root ? new Costs(asked, assumed).ofRoot(root, operation.selectionSet) : 0;
}

class Costs {
  private readonly fragments: ReadonlyMap<string, { type: string; selectionSet: SelectionSetNode }>;
  private readonly defaults: ReadonlyMap<string, ValueNode | undefined>;
  private readonly texts: TextCosts;
  private readonly inputs: InputCosts;
  private readonly schema: GraphQLSchema;
  private readonly variables: Operation['variables'];
  private schemaFields = 0;
  /** What all arguments cost by how much is in them: for a row of a list they are not read anew. */
  private given = 0;

  constructor(
    { schema, document, operation, variables }: Operation,
    private readonly assumed: AssumedLists,
  ) {
    this.schema = schema;
    // By its own names alone: what is left out is no `constructor` that every object has.
    this.variables = Object.assign(Object.create(null) as Record<string, unknown>, variables);
    this.fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION
          ? [
              [
                definition.name.value,
                { type: definition.typeCondition.name.value, selectionSet: definition.selectionSet },
              ],
            ]
          : [],
      ),
    );
    this.defaults = new Map(
      operation.variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
    );
    this.texts = new TextCosts(this.variables, this.defaults);
    this.inputs = new InputCosts(this.variables, this.defaults);
  }

  ofRoot(root: GraphQLObjectType, selectionSet: SelectionSetNode): number {
    const cost = this.of(root.name, selectionSet, usually, COST_OF_ASKING);
    const schemaFields = Math.max(0, this.schemaFields - SCHEMA_FIELDS_FREE);
    return cost + this.given + Math.floor(schemaFields / SCHEMA_FIELDS_OF_ONE);
  }

  /** `rowsOf`: how many rows the lists among these fields have; `each`: what a field costs by itself. */
  private of(typeName: string, { selections }: SelectionSetNode, rowsOf: RowsOf, each = 1): number {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        cost += this.ofField(typeName, selection, rowsOf, each);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition?.name.value ?? typeName;
        cost += this.of(type, selection.selectionSet, rowsOf, each);
      } else {
        const fragment = this.fragments.get(selection.name.value);
        if (fragment) cost += this.of(fragment.type, fragment.selectionSet, rowsOf, each);
      }
    }
    return cost;
  }

  private ofField(typeName: string, node: FieldNode, rowsOf: RowsOf, each: number): number {
    const name = node.name.value;
    if (name.startsWith('__')) {
      // How deep the schema may be asked is bounded by a rule of graphql-js, how often by nothing else.
      if (node.selectionSet) {
        this.schemaFields += fieldsOfIntrospection(this.schema, this.fragments, node.selectionSet);
      }
      return 1;
    }
    const field = this.fieldOf(typeName, name);
    const plain = costOfField(typeName, name) ?? (name === SIZE_OF_LIST ? COST_OF_ASKING : each);
    const own = plain + (field ? this.ofArguments(typeName, field, node) : 0);
    if (!field || !node.selectionSet) return own;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return own;
    const isList = isListType(getNullableType(field.type));
    const done = typeName === this.schema.getMutationType()?.name ? this.inputs.longestOf(node) : null;
    const ofPayload = done === null ? null : rowsDone(Math.max(done, IN_PAYLOAD_MAX));
    // What lies in an object lies where the object does.
    const rowsWithin = ofPayload ?? this.rowsOfPage(field, node) ?? (isList ? usually : rowsOf);
    const costOfRow = costOfObject(type.name) + this.of(type.name, node.selectionSet, rowsWithin);
    if (!isList) return own + costOfRow;
    const rows = (done === null ? rowsOf : rowsDone(done))(costOfRow);
    this.assumed.set(node, { rows, costOfRow });
    return own + rows * costOfRow;
  }

  private ofArguments(typeName: string, field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    // Nothing more is looked into of what is refused by its size.
    if (this.given > COST_MAX) return 0;
    const { arguments: given = [], name } = node;
    this.given += this.inputs.of(node) + costOfEntry(typeName, name.value) * this.inputs.longestOf(node);
    if (this.given > COST_MAX) return 0;
    const ofDear = given.reduce(
      (sum, argument) => sum + costOfArgument(typeName, name.value, argument.name.value),
      0,
    );
    const { variables, defaults } = this;
    return ofDear + this.texts.of(field, node) + costOfFilters(field, node, { variables, defaults });
  }

  private fieldOf(typeName: string, name: string): GraphQLField<unknown, unknown> | undefined {
    const type = this.schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  }

  /** Of the lists in a field that is a page, null for any other. What is out of bounds is refused later; until then it counts as the most. */
  private rowsOfPage(field: GraphQLField<unknown, unknown>, node: FieldNode): RowsOf | null {
    if (!field.args.some(({ name }) => name === 'first')) return null;
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    const rows = (given === undefined ? null : this.valueOf(given)) ?? PAGE_ROWS_DEFAULT;
    return () => (rows >= 1 && rows <= PAGE_ROWS_MAX ? rows : PAGE_ROWS_MAX);
  }

  /** Null where nothing is given; NaN for what is no number. */
  private valueOf(value: ValueNode): number | null {
    if (value.kind === Kind.NULL) return null;
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return NaN;
    const name = value.name.value;
    const given = this.variables[name];
    if (given === null) return null;
    // As it was sent: turned into a number, a list would be joined to a text first, anew wherever it is used.
    if (given !== undefined) return typeof given === 'number' ? given : NaN;
    const byDefault = this.defaults.get(name);
    return byDefault ? this.valueOf(byDefault) : null;
  }
}
