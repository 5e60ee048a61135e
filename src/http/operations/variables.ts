import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import {
  coerceInputValue,
  GraphQLError,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { Logger } from 'pino';
import { ERRORS_MAX, statusOf } from '../failures.js';
import { type OperationContext, tellErrors } from './operations.js';

/** Answers an operation whose variables are wrong, before it is executed. */
export function variableRules<Context extends OperationContext>(logger: Logger): ApolloServerPlugin<Context> {
  const listener: GraphQLRequestListener<Context> = {
    async responseForOperation({ schema, operation, request, contextValue, response }) {
      const { variables = {} } = request;
      // Where the request names none of its operations, Apollo calls this all the same.
      const wrong = operation ? wrongVariables({ schema, operation, variables }) : [];
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

interface Asked {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * What is wrong with the values of an operation's variables: the first mistakes, each with its place, in graphql-js's own words.
 * By itself it tells with each of them the whole value around it, a megabyte twenty times over, and of one too many our own fault.
 */
export function wrongVariables(
  { schema, operation, variables }: Asked,
  errorsMax = ERRORS_MAX,
): GraphQLError[] {
  const errors: GraphQLError[] = [];
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
        coerceInputValue(value, type, (path, wrong, { message, originalError }) =>
          tell(`got invalid value${said(wrong)}${placeOf(name, path)}; ${message}`, originalError),
        );
      } else if (isNonNullType(type) && value === null) {
        tell(`of non-null type "${String(type)}" must not be null.`);
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
