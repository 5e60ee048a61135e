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
import { STEPS_LENGTH_MAX } from '../outreach/campaign/check-steps.js';
import { costOfFilters } from './filter-cost.js';
import { InputCosts } from './input-cost.js';
import { fieldsOfIntrospection } from './introspection-cost.js';
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '../schema/connection.js';
import type { AssumedLists } from './long-lists.js';
import { CHARACTERS_OF_ONE, TextCosts } from './text-cost.js';

/** An operation with all that its cost depends on. It has been validated. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What asks the database by itself, whatever it answers: a field of the operation, the size of a list. */
const COST_OF_ASKING = 100;
const SIZE_OF_LIST = 'totalCount';
/** Of a list that is no page: usage, reasons, the seats of a campaign. */
const ROWS_ASSUMED = 10;
/** Of a campaign’s texts each its part: those of all variants of all steps together are as long as they may be. */
const COST_OF_TEXT = STEPS_LENGTH_MAX / CHARACTERS_OF_ONE / ROWS_ASSUMED ** 2;
/**
 * What is worked out for each object by itself: all checks of a launch, and the plays of up to 1,500 touches. A full page of it is
 * dear, and may be asked for still. And what is long: of texts a few campaigns at a time.
 */
const COST_OF_FIELD: Readonly<Record<string, number>> = {
  'Campaign.problems': COST_OF_ASKING,
  'Campaign.forecast': 4 * COST_OF_ASKING,
  'Seat.room': COST_OF_ASKING,
  'Query.planSends': 25 * COST_OF_ASKING,
  'Query.capsForTool': 25 * COST_OF_ASKING,
  'StepVariant.subject': COST_OF_TEXT,
  'StepVariant.body': COST_OF_TEXT,
};
/** An argument by which the books of all seats are looked through for those that are meant. */
const COST_OF_ARGUMENT: Readonly<Record<string, number>> = { 'Query.seats.minLevel': 100 * COST_OF_ASKING };
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
    const cost = this.of(root.name, selectionSet, null, COST_OF_ASKING);
    const schemaFields = Math.max(0, this.schemaFields - SCHEMA_FIELDS_FREE);
    return cost + this.given + Math.floor(schemaFields / SCHEMA_FIELDS_OF_ONE);
  }

  /** `pageRows`: how many rows the page has whose fields these are; `each`: what a field costs by itself. */
  private of(typeName: string, { selections }: SelectionSetNode, pageRows: number | null, each = 1): number {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        cost += this.ofField(typeName, selection, pageRows, each);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition?.name.value ?? typeName;
        cost += this.of(type, selection.selectionSet, pageRows, each);
      } else {
        const fragment = this.fragments.get(selection.name.value);
        if (fragment) cost += this.of(fragment.type, fragment.selectionSet, pageRows, each);
      }
    }
    return cost;
  }

  private ofField(typeName: string, node: FieldNode, pageRows: number | null, each: number): number {
    const name = node.name.value;
    if (name.startsWith('__')) {
      // How deep the schema may be asked is bounded by a rule of graphql-js, how often by nothing else.
      if (node.selectionSet) {
        this.schemaFields += fieldsOfIntrospection(this.schema, this.fragments, node.selectionSet);
      }
      return 1;
    }
    const field = this.fieldOf(typeName, name);
    const plain = name === SIZE_OF_LIST ? COST_OF_ASKING : (COST_OF_FIELD[`${typeName}.${name}`] ?? each);
    const own = plain + (field ? this.ofArguments(typeName, field, node) : 0);
    if (!field || !node.selectionSet) return own;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return own;
    const isList = isListType(getNullableType(field.type));
    const rows = isList ? (pageRows ?? ROWS_ASSUMED) : 1;
    const filters = costOfFilters(field, node, { variables: this.variables, defaults: this.defaults });
    const costOfRow = this.of(type.name, node.selectionSet, this.pageRowsOf(field, node));
    if (isList) this.assumed.set(node, { rows, costOfRow });
    return own + filters + rows * costOfRow;
  }

  private ofArguments(typeName: string, field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    const { arguments: given = [], name } = node;
    const dear = given.map(
      (argument) => COST_OF_ARGUMENT[`${typeName}.${name.value}.${argument.name.value}`],
    );
    const ofDear = dear.reduce((sum: number, cost = 0) => sum + cost, 0);
    this.given += this.inputs.of(node);
    return ofDear + this.texts.of(field, node);
  }

  private fieldOf(typeName: string, name: string): GraphQLField<unknown, unknown> | undefined {
    const type = this.schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  }

  /** Null for a field that is no page. What is out of bounds is refused later; until then it counts as the most. */
  private pageRowsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): number | null {
    if (!field.args.some(({ name }) => name === 'first')) return null;
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    const rows = given === undefined ? PAGE_ROWS_DEFAULT : this.valueOf(given);
    if (rows === null) return PAGE_ROWS_DEFAULT;
    return rows >= 1 && rows <= PAGE_ROWS_MAX ? rows : PAGE_ROWS_MAX;
  }

  /** Null where nothing is given; NaN for what is no number. */
  private valueOf(value: ValueNode): number | null {
    if (value.kind === Kind.NULL) return null;
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return NaN;
    const name = value.name.value;
    const given = this.variables[name];
    if (given === null) return null;
    if (given !== undefined) return Number(given);
    const byDefault = this.defaults.get(name);
    return byDefault ? this.valueOf(byDefault) : null;
  }
}
