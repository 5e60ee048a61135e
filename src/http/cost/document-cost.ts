import { type FieldNode, Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';
import { fragmentsOf, type Operation } from './cost.js';
import { costOfParsing } from '../documents/parsing-cost.js';
import { Given } from './given.js';

/** Texts that are registered are checked first, as operations are. */
const REGISTERS = 'registerDocuments';

/** What it costs to check the documents that an operation wants registered, each as often as it is asked for. */
export function costOfDocuments({ document, operation, variables }: Operation): number {
  if (operation.operation !== OperationTypeNode.MUTATION) return 0;
  const said = new Given(operation, variables);
  const known = new Map<unknown, number>();
  return fieldsOf(operation.selectionSet, fragmentsOf(document))
    .flatMap(({ arguments: given = [] }) => given.map(({ value }) => said.of(value)))
    .flatMap(documentsIn)
    .reduce((sum: number, text) => {
      const cost = known.get(text) ?? (typeof text === 'string' ? costOfParsing(text) : 0);
      known.set(text, cost);
      return sum + cost;
    }, 0);
}

/** Those of a root that register; it has been validated: no fragment spreads itself, and there are few fields. */
function fieldsOf({ selections }: SelectionSetNode, fragments: ReturnType<typeof fragmentsOf>): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === REGISTERS ? [selection] : [];
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection.selectionSet
        : fragments.get(selection.name.value)?.selectionSet;
    return inner ? fieldsOf(inner, fragments) : [];
  });
}

function documentsIn(input: unknown): readonly unknown[] {
  const { documents } = { documents: undefined, ...(typeof input === 'object' ? input : null) };
  return Array.isArray(documents) ? (documents as unknown[]) : [documents];
}
