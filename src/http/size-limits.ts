import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** Bounds on how often an operation says the same kind of thing: what a caller who means well never comes near. */
export interface SizeLimits {
  /** Other names for fields, over all of a document: many questions in the disguise of one. */
  readonly aliasesMax: number;
  readonly directivesMax: number;
  /** What one mutation does, one after the other. Many of a kind go through `reserveMany` and its like. */
  readonly mutationFieldsMax: number;
  /** The same field in the same place: merged into one, after it was compared with all others. */
  readonly repeatsMax: number;
}

/** A validation rule that holds operations to these bounds. */
export function sizeLimits(limits: SizeLimits): (context: ValidationContext) => ASTVisitor {
  const { aliasesMax, directivesMax, mutationFieldsMax, repeatsMax } = limits;
  return (context) => {
    let aliases = 0;
    let directives = 0;
    const refuse = (what: string, max: number): void =>
      context.reportError(new GraphQLError(`The operation has more than ${max} ${what}.`));
    return {
      Field({ alias }) {
        if (alias) aliases += 1;
        // Told once, however many there are.
        if (alias && aliases === aliasesMax + 1) refuse('aliases', aliasesMax);
      },
      Directive() {
        directives += 1;
        if (directives === directivesMax + 1) refuse('directives', directivesMax);
      },
      SelectionSet(node) {
        if (repeatsOf(node) > repeatsMax) refuse('repetitions of a field in one place', repeatsMax);
      },
      OperationDefinition({ operation, selectionSet }) {
        if (operation !== OperationTypeNode.MUTATION) return;
        const fields = new RootFields(context, mutationFieldsMax);
        if (fields.isMoreThanMax(selectionSet)) refuse('fields of a mutation', mutationFieldsMax);
      },
    };
  };
}

/** How often the field is there that is there most. */
function repeatsOf({ selections }: SelectionSetNode): number {
  const times = new Map<string, number>();
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) continue;
    const name = (selection.alias ?? selection.name).value;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return Math.max(0, ...times.values());
}

/** Counts the fields of a root, fragments followed, and no further than to the bound: fragments may spread each other. */
class RootFields {
  private count = 0;

  constructor(
    private readonly context: ValidationContext,
    private readonly max: number,
  ) {}

  isMoreThanMax({ selections }: SelectionSetNode, above: readonly string[] = []): boolean {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.count += 1;
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.isMoreThanMax(selection.selectionSet, above);
      else this.follow(selection.name.value, above);
      if (this.count > this.max) return true;
    }
    return false;
  }

  /** A fragment that spreads itself is refused by another rule. */
  private follow(name: string, above: readonly string[]): void {
    const fragment = above.includes(name) ? null : this.context.getFragment(name);
    if (fragment) this.isMoreThanMax(fragment.selectionSet, [...above, name]);
  }
}
