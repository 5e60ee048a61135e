import {
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  type FieldNode,
  isInputObjectType,
  Kind,
  type ValueNode,
} from 'graphql';

/** Inputs that hold texts to be looked at, and what looking at any costs: a template may take long, however short it is. */
const TEXTS: Readonly<Record<string, number>> = {
  MessageInput: 0,
  LintMessageInput: 0,
  PreviewTemplateInput: 5_000,
};
/** Characters that cost as much as a field of an answer. */
export const CHARACTERS_OF_ONE = 20;
/** Inputs inside of inputs, as far as any text lies. */
const DEPTH_MAX = 8;

type Given = { readonly node: ValueNode } | { readonly value: unknown };
type Part = readonly [name: string, part: Given];
type Variables = Readonly<Record<string, unknown>>;

/** What the texts of an operation cost: to look at one takes as long as it is, and the same one may be asked about often. */
export class TextCosts {
  /** Of what is given in several places each is looked at once: variables under their names, the others by themselves. */
  private readonly known = new Map<string | ValueNode, number>();

  constructor(
    private readonly variables: Variables,
    private readonly defaults: ReadonlyMap<string, ValueNode | undefined>,
  ) {}

  of(field: GraphQLField<unknown, unknown>, { arguments: given = [] }: FieldNode): number {
    return sumOf(given, ({ name, value }) => {
      const type = field.args.find((argument) => argument.name === name.value)?.type;
      return type ? this.ofArgument(type, value) : 0;
    });
  }

  private ofArgument(type: GraphQLInputType, node: ValueNode): number {
    if (!isInputObjectType(getNamedType(type))) return 0;
    const place = node.kind === Kind.VARIABLE ? `${node.name.value} ${String(type)}` : node;
    const cost = this.known.get(place) ?? this.costOf(type, { node }, DEPTH_MAX);
    this.known.set(place, cost);
    return cost;
  }

  private costOf(type: GraphQLInputType, given: Given, depth: number): number {
    const named = getNamedType(type);
    if (!isInputObjectType(named) || depth === 0) return 0;
    const { parts, isList } = this.partsOf(given);
    if (isList) return sumOf(parts, ([, part]) => this.costOf(named, part, depth - 1));
    const ofAny = TEXTS[named.name];
    if (ofAny !== undefined) {
      const characters = this.charactersOf(given, depth - 1);
      return parts.length > 0 ? ofAny + Math.floor(characters / CHARACTERS_OF_ONE) : 0;
    }
    const fields = named.getFields();
    return sumOf(parts, ([name, part]) => {
      const field = fields[name];
      return field ? this.costOf(field.type, part, depth - 1) : 0;
    });
  }

  private charactersOf(given: Given, depth: number): number {
    const text = this.textOf(given);
    if (text !== null) return text.length;
    if (depth === 0) return 0;
    return sumOf(this.partsOf(given).parts, ([, part]) => this.charactersOf(part, depth - 1));
  }

  private textOf(given: Given): string | null {
    const { value, node } = this.seen(given);
    if (node) return node.kind === Kind.STRING ? node.value : null;
    return typeof value === 'string' ? value : null;
  }

  /** What an input or a list is made of; of anything else nothing. */
  private partsOf(given: Given): { readonly parts: readonly Part[]; readonly isList: boolean } {
    const { value, node } = this.seen(given);
    if (node?.kind === Kind.LIST) {
      return { parts: node.values.map((part) => ['', { node: part }]), isList: true };
    }
    if (node?.kind === Kind.OBJECT) {
      return { parts: node.fields.map((field) => [field.name.value, { node: field.value }]), isList: false };
    }
    const parts = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return {
      parts: parts.map(([name, part]: [string, unknown]) => [name, { value: part }]),
      isList: Array.isArray(value),
    };
  }

  /** What a variable stands for, where it is one. */
  private seen(given: Given): { readonly node?: ValueNode; readonly value?: unknown } {
    if (!('node' in given) || given.node.kind !== Kind.VARIABLE) return given;
    const name = given.node.name.value;
    const value = this.variables[name];
    const byDefault = this.defaults.get(name);
    return value === undefined && byDefault ? { node: byDefault } : { value };
  }
}

function sumOf<T>(all: readonly T[], costOf: (one: T) => number): number {
  return all.reduce((sum, one) => sum + costOf(one), 0);
}
