import { Kind, type OperationDefinitionNode, type ValueNode } from 'graphql';

/**
 * What is given to an operation, which has been validated, as plain values: strings as they are, whole numbers as such; of what else
 * stands in a document it is known only that it is there.
 */
export class Given {
  /** What each stands for: what came with the operation, shared and never copied, or else its default. */
  readonly variables: ReadonlyMap<string, unknown>;
  private readonly known = new Map<ValueNode, unknown>();

  constructor(
    { variableDefinitions = [] }: OperationDefinitionNode,
    sent: Readonly<Record<string, unknown>>,
  ) {
    // By its own names alone: what is left out is no `constructor` that every object has.
    const own = new Map(Object.entries(sent));
    this.variables = new Map(
      variableDefinitions.map(({ variable: { name }, defaultValue }) => {
        const value = own.get(name.value);
        return [name.value, value === undefined && defaultValue ? this.read(defaultValue) : value];
      }),
    );
  }

  /** What an argument says, read once: the same object each time. */
  of(argument: ValueNode): unknown {
    if (!this.known.has(argument)) this.known.set(argument, this.read(argument));
    return this.known.get(argument);
  }

  /** Calls itself: how deep a document is was looked at before it was parsed. */
  private read(node: ValueNode): unknown {
    switch (node.kind) {
      case Kind.VARIABLE:
        return this.variables.get(node.name.value);
      case Kind.NULL:
        return null;
      case Kind.LIST:
        return node.values.map((value) => this.read(value));
      case Kind.OBJECT:
        return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, this.read(value)]));
      case Kind.STRING:
        return node.value;
      case Kind.INT:
        return Number(node.value);
      default:
        return true;
    }
  }
}
