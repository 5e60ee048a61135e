import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { type GraphQLError, specifiedRules, validate } from 'graphql';

/**
 * Which words may have been meant is told where what was sent is short. To look for them graphql-js takes apart the word that it
 * doesn't know, or all that was printed of a value in its place, four times over: 0.2 s in one go of the 900,000 characters that a
 * body may have.
 */
const CHARACTERS_MAX = 4_096;
/** Of more mistakes it is looked for the first: each that names a type is compared with all there are, which takes a millisecond. */
const SUGGESTED_MAX = 2;

export function isTooLongToSuggest(text: string): boolean {
  return text.length > CHARACTERS_MAX;
}

/**
 * Suggests what may have been meant by a short text. Apollo validates all texts alike, and so without suggestions: what is wrong with a
 * short one is found once more, as far as the first mistakes, and told in the place of the same ones.
 */
export function suggestForShort<Context extends BaseContext>(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      validationDidStart: async ({ source, document, schema }) => {
        return async (found) => {
          if (!found || isTooLongToSuggest(source)) return;
          const told = validate(schema, document, specifiedRules, { maxErrors: SUGGESTED_MAX });
          for (const one of told) {
            const place = found.findIndex((other) => isTheSame(one, other as GraphQLError));
            if (place >= 0) (found as Error[])[place] = one;
          }
        };
      },
    }),
  };
}

/** Whether it is the same mistake, told with what may have been meant. */
function isTheSame(told: GraphQLError, { message, nodes }: GraphQLError): boolean {
  return told.nodes?.[0] === nodes?.[0] && told.message.startsWith(message);
}
