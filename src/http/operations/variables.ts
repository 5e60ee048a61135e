import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import {
  coerceInputValue,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  TypeInfo,
  ValidationContext,
} from 'graphql';
import type { Logger } from 'pino';
import { isTooLongToSuggest } from '../documents/suggestions.js';
import { ERRORS_MAX, statusOf } from '../failures.js';
import { type OperationContext, tellErrors } from './operations.js';

/** Answers an operation whose variables are wrong, before it is executed. */
export function variableRules<Context extends OperationContext>(logger: Logger): ApolloServerPlugin<Context> {
  const listener: GraphQLRequestListener<Context> = {
    async responseForOperation({ schema, document, operation, request, contextValue, response }) {
      const { variables = {} } = request;
      // Where the request names none of its operations, Apollo calls this all the same.
      const wrong = operation ? wrongVariables({ schema, document, operation, variables }) : [];
      if (wrong.length === 0) return null;
      const http = { ...response.http, status: statusOf('BAD_USER_INPUT') };
      return {
        http,
        body: { kind: 'single', singleResult: { errors: tellErrors(logger, wrong, contextValue) } },
      };
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

type OnError = NonNullable<Parameters<typeof coerceInputValue>[2]>;

interface Asked {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * What is wrong with the values of an operation's variables: the first mistakes, each with its place, in graphql-js's own words.
 * By itself it tells with each of them the whole value around it, a megabyte twenty times over, and of one too many our own fault.
 */
export function wrongVariables(asked: Asked, errorsMax = ERRORS_MAX): GraphQLError[] {
  const wrong = wrongWith(asked, { errorsMax, suggests: false });
  // Only where something is wrong it is worth finding out how long they are.
  if (wrong.length === 0 || isTooLongToSuggest(JSON.stringify(asked.variables))) return wrong;
  return wrongWith(asked, { errorsMax, suggests: true });
}

function wrongWith(
  asked: Asked,
  { errorsMax, suggests }: { readonly errorsMax: number; readonly suggests: boolean },
): GraphQLError[] {
  const { schema, operation, variables } = asked;
  const errors: GraphQLError[] = [];
  const neverNull = neverNullOf(asked);
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    const tell = (message: string, originalError: Error | null = null): void => {
      errors.push(new GraphQLError(`Variable "$${name}" ${message}`, { nodes: definition, originalError }));
      if (errors.length >= errorsMax) throw new Enough();
    };
    try {
      if (!isInputType(type)) continue;
      if (value !== undefined && value !== null) {
        const onError: OnError = (path, wrong, { message, originalError }) =>
          tell(`got invalid value${said(wrong)}${placeOf(name, path)}; ${message}`, originalError);
        coerceInputValue(value, type, onError, !suggests);
      } else if (isNonNullType(type) && value === null) {
        tell(`of non-null type "${String(type)}" must not be null.`);
      } else if (neverNull.has(name)) {
        tell(`must not be null: it is given to a place of the type "${neverNull.get(name)}".`);
      } else if (isNonNullType(type) && !definition.defaultValue) {
        tell(`of required type "${String(type)}" was not provided.`);
      }
    } catch (error) {
      if (error instanceof Enough) return errors;
      throw error;
    }
  }
  return errors;
}

/**
 * Variables that are sent as null, which their own types allow, and stand where null is none, by the type of such a place. GraphQL lets
 * them through for their default. graphql-js finds it while it executes, and forgets what it had begun beside: what one of those
 * rejects with later would end the process.
 */
function neverNullOf({ schema, document, operation, variables }: Asked): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!Object.values(variables).includes(null)) return found;
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined);
  for (const { node, type } of context.getRecursiveVariableUsages(operation)) {
    const name = node.name.value;
    const isNull = Object.hasOwn(variables, name) && variables[name] === null;
    if (isNull && isNonNullType(type)) found.set(name, String(type));
  }
  return found;
}

/** No more is told: nothing further is looked at. */
class Enough extends Error {}

/** A value that holds others may hold all that was sent. */
function said(wrong: unknown): string {
  return typeof wrong === 'object' ? '' : ` ${JSON.stringify(wrong)}`;
}

function placeOf(name: string, path: readonly (string | number)[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return steps.length > 0 ? ` at "${name}${steps.join('')}"` : '';
}
