import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/**
 * A validation rule: fields of an operation are nested `depthMax` deep at most, fragments followed. Connections take two
 * levels (edges, node), the usual introspection query 15.
 */
export function depthLimit(depthMax: number): (context: ValidationContext) => ASTVisitor {
  return (context) => {
    const depths = new Depths((name) => context.getFragment(name) ?? null);
    return {
      OperationDefinition(node) {
        const depth = depths.of(node.selectionSet);
        if (depth <= depthMax) return;
        const message = `The operation is ${depth} levels deep; ${depthMax} are allowed.`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      },
    };
  };
}

class Depths {
  /** Each fragment is measured once, however often it is spread; one that is being measured counts as nothing. */
  private readonly measured = new Map<string, number>();

  constructor(private readonly fragment: (name: string) => FragmentDefinitionNode | null) {}

  of({ selections }: SelectionSetNode): number {
    let deepest = 0;
    for (const selection of selections) {
      const below =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? this.ofFragment(selection.name.value)
          : selection.selectionSet
            ? this.of(selection.selectionSet)
            : 0;
      deepest = Math.max(deepest, selection.kind === Kind.FIELD ? below + 1 : below);
    }
    return deepest;
  }

  private ofFragment(name: string): number {
    const known = this.measured.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is refused by another rule.
    this.measured.set(name, 0);
    const fragment = this.fragment(name);
    const depth = fragment ? this.of(fragment.selectionSet) : 0;
    this.measured.set(name, depth);
    return depth;
  }
}
