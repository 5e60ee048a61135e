import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { specifiedRules, validate } from 'graphql';
import { ERRORS_MAX } from '../failures.js';

/**
 * Which words may have been meant is told where what was sent is short. To look for them graphql-js takes apart the word that it
 * doesn't know, or all that was printed of a value in its place, four times over: 0.2 s in one go of the 900,000 characters that a
 * body may have.
 */
const CHARACTERS_MAX = 4_096;

export function isTooLongToSuggest(text: string): boolean {
  return text.length > CHARACTERS_MAX;
}

/**
 * Suggests what may have been meant by a short text. Apollo validates all texts alike, and so without suggestions: what is wrong with a
 * short one is found once more, and told in the place of the same mistakes.
 */
export function suggestForShort<Context extends BaseContext>(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      validationDidStart: async ({ source, document, schema }) => {
        return async (found) => {
          if (!found || isTooLongToSuggest(source)) return;
          const told = validate(schema, document, specifiedRules, { maxErrors: ERRORS_MAX });
          if (told.length === found.length) (found as Error[]).splice(0, found.length, ...told);
        };
      },
    }),
  };
}
