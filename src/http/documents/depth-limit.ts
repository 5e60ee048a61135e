import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** How deep selections lie in each other: fields alone, and all of them. */
interface Depth {
  readonly fields: number;
  readonly selections: number;
}

const FLAT: Depth = { fields: 0, selections: 0 };

/**
 * A validation rule: fields of an operation are nested `fieldsMax` deep at most, fragments followed, and all selections
 * `selectionsMax`. Connections take two levels (edges, node), the usual introspection query 15.
 */
export function depthLimit(
  fieldsMax: number,
  selectionsMax: number,
): (context: ValidationContext) => ASTVisitor {
  return (context) => {
    const depths = new Depths((name) => context.getFragment(name) ?? null);
    return {
      OperationDefinition(node) {
        const { fields, selections } = depths.of(node.selectionSet);
        const refuse = (message: string): void =>
          context.reportError(new GraphQLError(message, { nodes: node }));
        if (fields > fieldsMax) refuse(`The operation is ${fields} levels deep; ${fieldsMax} are allowed.`);
        else if (selections > selectionsMax) {
          refuse(`Fragments lie ${selections} deep in each other; ${selectionsMax} are allowed.`);
        }
      },
    };
  };
}

class Depths {
  /** Each fragment is measured once, however often it is spread; one that is being measured counts as nothing. */
  private readonly measured = new Map<string, Depth>();

  constructor(private readonly fragment: (name: string) => FragmentDefinitionNode | null) {}

  of(selectionSet: SelectionSetNode | undefined): Depth {
    let { fields, selections } = FLAT;
    for (const selection of selectionSet?.selections ?? []) {
      const below =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? this.ofFragment(selection.name.value)
          : this.of(selection.selectionSet);
      fields = Math.max(fields, below.fields + (selection.kind === Kind.FIELD ? 1 : 0));
      selections = Math.max(selections, below.selections + 1);
    }
    return { fields, selections };
  }

  private ofFragment(name: string): Depth {
    const known = this.measured.get(name);
    if (known) return known;
    // A fragment that spreads itself is refused by another rule.
    this.measured.set(name, FLAT);
    const depth = this.of(this.fragment(name)?.selectionSet);
    this.measured.set(name, depth);
    return depth;
  }
}
