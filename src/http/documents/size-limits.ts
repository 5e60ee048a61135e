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
  /** Characters of one, which is told in each row. */
  readonly aliasLengthMax: number;
  readonly directivesMax: number;
  /** What one mutation does, one after the other. Many of a kind go through `reserveMany` and its like. */
  readonly mutationFieldsMax: number;
  /** The same field in the same place: merged into one, after it was compared with all others. */
  readonly repeatsMax: number;
}

/** A validation rule that holds operations to these bounds. */
export function sizeLimits(limits: SizeLimits): (context: ValidationContext) => ASTVisitor {
  const { aliasesMax, aliasLengthMax, directivesMax, mutationFieldsMax, repeatsMax } = limits;
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
        if (alias && alias.value.length > aliasLengthMax) refuse('characters in an alias', aliasLengthMax);
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
        const fields = new RootFields(context).of(selectionSet);
        if (fields > mutationFieldsMax) refuse('fields of a mutation', mutationFieldsMax);
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

/** Counts the fields of a root, fragments followed: each of them is counted once, however often it is spread. */
class RootFields {
  private readonly counted = new Map<string, number>();

  constructor(private readonly context: ValidationContext) {}

  of({ selections }: SelectionSetNode): number {
    let fields = 0;
    const left = [...selections];
    for (let one = left.pop(); one; one = left.pop()) {
      if (one.kind === Kind.FIELD) fields += 1;
      else if (one.kind === Kind.INLINE_FRAGMENT) left.push(...one.selectionSet.selections);
      else fields += this.ofFragment(one.name.value);
    }
    return fields;
  }

  private ofFragment(name: string): number {
    const known = this.counted.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is refused by another rule.
    this.counted.set(name, 0);
    const fragment = this.context.getFragment(name);
    const fields = fragment ? this.of(fragment.selectionSet) : 0;
    this.counted.set(name, fields);
    return fields;
  }
}
