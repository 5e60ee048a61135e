import {
  getNamedType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type FieldNode,
  isInputObjectType,
} from 'graphql';
import type { Given } from './given.js';
import { CHARACTERS_CHECKED_OF_ONE } from './prices.js';

/** Inputs that hold texts to be looked at, and what looking at any costs: a template may take long, however short it is. */
const TEXTS: Readonly<Record<string, number>> = {
  MessageInput: 0,
  LintMessageInput: 0,
  PreviewTemplateInput: 5_000,
};
/** Inputs inside of inputs, as far as any text lies. */
const DEPTH_MAX = 8;

/** What the texts of an operation cost: to look at one takes as long as it is, and the same one may be asked about often. */
export class TextCosts {
  /** What is given in several places is looked at once: a variable is of one type in all of them. */
  private readonly known = new WeakMap<object, number>();

  constructor(private readonly given: Given) {}

  of(field: GraphQLField<unknown, unknown>, { arguments: given = [] }: FieldNode): number {
    return sumOf(given, ({ name, value }) => {
      const type = field.args.find((argument) => argument.name === name.value)?.type;
      return type ? this.ofArgument(type, this.given.of(value)) : 0;
    });
  }

  private ofArgument(type: GraphQLInputType, value: unknown): number {
    if (!isObject(value)) return 0;
    const cost = this.known.get(value) ?? costOf(type, value, DEPTH_MAX);
    this.known.set(value, cost);
    return cost;
  }
}

/** Whether there is any text to be looked at in what is given as an input; of each one found out once. */
const holding = new WeakMap<GraphQLInputObjectType, boolean>();

function holdsTexts(type: GraphQLInputObjectType): boolean {
  const known = holding.get(type) ?? [...inputsIn(type)].some(({ name }) => name in TEXTS);
  holding.set(type, known);
  return known;
}

/** An input and those that it may hold, however deep: itself again, too. */
function inputsIn(type: GraphQLInputObjectType, found = new Set([type])): Set<GraphQLInputObjectType> {
  for (const field of Object.values(type.getFields())) {
    const inner = getNamedType(field.type);
    if (isInputObjectType(inner) && !found.has(inner)) inputsIn(inner, found.add(inner));
  }
  return found;
}

function costOf(type: GraphQLInputType, value: unknown, depth: number): number {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || !holdsTexts(named) || !isObject(value) || depth === 0) return 0;
  if (Array.isArray(value)) return sumOf(value, (part) => costOf(named, part, depth - 1));
  const parts = Object.entries(value);
  const ofAny = TEXTS[named.name];
  if (ofAny !== undefined) {
    return parts.length > 0
      ? ofAny + Math.floor(charactersOf(value, depth - 1) / CHARACTERS_CHECKED_OF_ONE)
      : 0;
  }
  const fields = named.getFields();
  return sumOf(parts, ([name, part]) => {
    const field = fields[name];
    return field ? costOf(field.type, part, depth - 1) : 0;
  });
}

function charactersOf(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length;
  if (!isObject(value) || depth === 0) return 0;
  return sumOf(Object.values(value), (part) => charactersOf(part, depth - 1));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function sumOf<T>(all: readonly T[], costOf: (one: T) => number): number {
  return all.reduce((sum, one) => sum + costOf(one), 0);
}
