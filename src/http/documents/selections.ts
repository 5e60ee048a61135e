import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** Of documents that are kept, so that each is gone through once. */
const counted = new WeakMap<DocumentNode, number>();

/** Selections of a document, those of a fragment wherever it is spread: a few lines may have thousands. It has been validated. */
export function selectionsIn(document: DocumentNode): number {
  const known = counted.get(document) ?? count(document);
  counted.set(document, known);
  return known;
}

function count({ definitions }: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const ofFragments = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const fragment = fragments.get(name);
    const selections = ofFragments.get(name) ?? (fragment ? of(fragment.selectionSet) : 0);
    ofFragments.set(name, selections);
    return selections;
  };
  const of = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + 1 + ofFragment(selection.name.value);
      return sum + 1 + (selection.selectionSet ? of(selection.selectionSet) : 0);
    }, 0);
  return definitions.reduce(
    (sum, one) => sum + (one.kind === Kind.OPERATION_DEFINITION ? of(one.selectionSet) : 0),
    0,
  );
}
