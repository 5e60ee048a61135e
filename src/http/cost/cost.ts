import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
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
} from 'graphql';
import { costOfFilters } from './filter-cost.js';
import { Given } from './given.js';
import { InputCosts } from './input-cost.js';
import { fieldsOfIntrospection } from './introspection-cost.js';
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '../../schema/connection.js';
import { PLANNED_MAX } from '../../services/decisions/decision.terms.js';
import { type AssumedLists, BEYOND_MAX } from './under-way.js';
import {
  CHARACTERS_NAMED_OF_ONE,
  COST_MAX,
  COST_OF_ASKING,
  costOfArgument,
  costOfEntry,
  costOfField,
  costOfObject,
  costOfPlanned,
  ROWS_ASSUMED,
} from './prices.js';
import { TextCosts } from './text-cost.js';

const SIZE_OF_LIST = 'totalCount';

/** How many rows a list that is asked for counts as, by what one of them costs. */
type RowsOf = (costOfRow: number) => number;

const usually: RowsOf = () => ROWS_ASSUMED;

/** How many times as long as it is assumed to be a list in a row may be: a decision under three hundred limits. */
const LONGER_WITHIN_MAX = 30;

/** Rows of a list in what a mutation answers with, where these are not what it was given: the campaigns that a seat left. */
const IN_PAYLOAD_MAX = 200;

/**
 * A mutation’s payload is as long as its input, and by the time it is told the work is done. So a payload longer than any that is told
 * (BEYOND_MAX) is priced before; a shorter one is paid for afterwards.
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

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
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
  private readonly fragments: Fragments;
  private readonly given: Given;
  private readonly texts: TextCosts;
  private readonly inputs: InputCosts;
  private readonly schema: GraphQLSchema;
  /** By field, what its texts and filters cost. */
  private readonly known = new Map<FieldNode, number>();
  private schemaFields = 0;
  /** Lists that were priced so far, one of a fragment each time that it is spread. */
  private lists = 0;
  /** What all arguments cost by how much is in them, each once: for each row of a list they are read anew. */
  private ofInputs = 0;

  constructor(
    { schema, document, operation, variables }: Operation,
    private readonly assumed: AssumedLists,
  ) {
    this.schema = schema;
    this.fragments = fragmentsOf(document);
    this.given = new Given(operation, variables);
    this.texts = new TextCosts(this.given);
    this.inputs = new InputCosts(this.given);
  }

  ofRoot(root: GraphQLObjectType, selectionSet: SelectionSetNode): number {
    const cost = this.of(root.name, selectionSet, usually, COST_OF_ASKING);
    const schemaFields = Math.max(0, this.schemaFields - SCHEMA_FIELDS_FREE);
    return cost + Math.floor(schemaFields / SCHEMA_FIELDS_OF_ONE);
  }

  /** `rowsOf`: how many rows the lists among these fields have; `each`: a plain field’s cost, COST_OF_ASKING at the root and 1 below. */
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
        if (fragment) cost += this.of(fragment.typeCondition.name.value, fragment.selectionSet, rowsOf, each);
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
      return 1 + costOfAlias(node);
    }
    const field = this.fieldOf(typeName, name);
    const asks = name === SIZE_OF_LIST || isPage(field);
    const plain = costOfField(typeName, name) ?? (asks ? COST_OF_ASKING : each);
    const own = plain + costOfAlias(node) + (field ? this.ofArguments(typeName, field, node) : 0);
    if (!field || !node.selectionSet) return own;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return own;
    const isList = isListType(getNullableType(field.type));
    const done = typeName === this.schema.getMutationType()?.name ? this.inputs.longestOf(node) : null;
    const ofPayload = done === null ? null : rowsDone(Math.max(done, IN_PAYLOAD_MAX));
    // What lies in an object lies where the object does.
    const rowsWithin = ofPayload ?? this.rowsOfPage(field, node) ?? (isList ? usually : rowsOf);
    const listsBefore = this.lists;
    const costOfRow = costOfObject(type.name) + this.of(type.name, node.selectionSet, rowsWithin);
    if (!isList) return own + costOfRow;
    const mayBeLonger = this.lists > listsBefore ? LONGER_WITHIN_MAX : 1;
    const rows = done === null ? rowsOf(costOfRow) : rowsDone(done)(costOfRow * mayBeLonger);
    this.lists += 1;
    this.assumed.set(node, { rows, costOfRow });
    return own + rows * costOfRow;
  }

  private ofArguments(typeName: string, field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    // Nothing more is looked into of what is refused by its size.
    if (this.ofInputs > COST_MAX) return 0;
    const { arguments: given = [], name } = node;
    const ofInput = this.inputs.of(node) + costOfEntry(typeName, name.value) * this.inputs.longestOf(node);
    this.ofInputs += ofInput;
    if (this.ofInputs > COST_MAX) return ofInput;
    const ofDear = given.reduce(
      (sum, argument) => sum + costOfArgument(typeName, name.value, argument.name.value),
      0,
    );
    const ofEach = costOfPlanned(typeName, name.value);
    const ofPlanned = ofEach === 0 ? 0 : ofEach * this.plannedBy(node);
    return ofInput + ofDear + ofPlanned + this.lookedThrough(field, node);
  }

  /** What its texts and filters cost: of a fragment they are looked through once, however often it is spread. */
  private lookedThrough(field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    const cost = this.known.get(node) ?? this.texts.of(field, node) + costOfFilters(field, node, this.given);
    this.known.set(node, cost);
    return cost;
  }

  /** How many are to be planned; what is out of bounds counts as the most. */
  private plannedBy({ arguments: given = [] }: FieldNode): number {
    const input = given.find(({ name }) => name.value === 'input')?.value;
    const { count } = ((input && this.given.of(input)) ?? {}) as { readonly count?: unknown };
    const isWithin = Number.isInteger(count) && Number(count) >= 1 && Number(count) <= PLANNED_MAX;
    return isWithin ? Number(count) : PLANNED_MAX;
  }

  private fieldOf(typeName: string, name: string): GraphQLField<unknown, unknown> | undefined {
    const type = this.schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  }

  /** Of the lists in a field that is a page, null for any other. What is out of bounds is refused later; until then it counts as the most. */
  private rowsOfPage(field: GraphQLField<unknown, unknown>, node: FieldNode): RowsOf | null {
    if (!isPage(field)) return null;
    const first = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    const rows = (first && this.given.of(first)) ?? PAGE_ROWS_DEFAULT;
    // As it was sent: turned into a number, a list would be joined to a text first, anew wherever it is used.
    const isWithin = Number.isInteger(rows) && Number(rows) >= 1 && Number(rows) <= PAGE_ROWS_MAX;
    return () => (isWithin ? Number(rows) : PAGE_ROWS_MAX);
  }
}

/** It is told with each: so many characters of a long one as a field. */
function costOfAlias({ alias }: FieldNode): number {
  return Math.floor((alias?.value.length ?? 0) / CHARACTERS_NAMED_OF_ONE);
}

/** Read by itself for each object that it is a page of. */
function isPage(field: GraphQLField<unknown, unknown> | undefined): boolean {
  return field?.args.some(({ name }) => name === 'first') ?? false;
}
