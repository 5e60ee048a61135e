import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsOf } from './cost.js';
import { FIELDS_AT_ONCE } from './answer-pace.js';
import type { AssumedLists } from './under-way.js';

/**
 * Of an operation of that cost, counts how many fields each row of its lists is told with, so that they are shown a part at a time. Those of
 * lists in a row are shown by themselves: what is asked for it is read for all rows together.
 */
export function countFieldsOfRows(document: DocumentNode, cost: number, assumed: AssumedLists): void {
  if (cost < FIELDS_AT_ONCE) return;
  const fragments = fragmentsOf(document);
  for (const [node, list] of assumed) {
    const fieldsOfRow = node.selectionSet ? fieldsOf(node.selectionSet, fragments, assumed) : 0;
    assumed.set(node, { ...list, fieldsOfRow });
  }
}

function fieldsOf(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  lists: AssumedLists,
): number {
  let fields = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) fields += 1;
    const within = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    const isList = within?.kind === Kind.FIELD && lists.has(within);
    if (within?.selectionSet && !isList) fields += fieldsOf(within.selectionSet, fragments, lists);
  }
  return fields;
}
