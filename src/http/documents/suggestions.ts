import type { ASTVisitor, ValidationContext } from 'graphql';

/**
 * Which words may have been meant is told where what was sent is short. To look for them graphql-js takes apart the word that it
 * doesn't know, or all that was printed of a value in its place, four times over: 0.2 s in one go of the 900,000 characters that a
 * body may have.
 */
const CHARACTERS_MAX = 4_096;

export function isTooLongToSuggest(text: string): boolean {
  return text.length > CHARACTERS_MAX;
}

/** A validation rule that finds nothing wrong: of a long document the other ones, which are made before any begins, suggest nothing. */
export function suggestForShortAlone(context: ValidationContext): ASTVisitor {
  const text = context.getDocument().loc?.source.body ?? '';
  if (isTooLongToSuggest(text)) Object.defineProperty(context, 'hideSuggestions', { value: true });
  return {};
}
