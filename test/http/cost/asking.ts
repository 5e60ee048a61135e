import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { createApp, routesOf } from '../../../src/http/app.js';
import { MemoryBuckets } from '../../../src/http/bounds/buckets.js';
import { CostLimit } from '../../../src/http/bounds/cost-limit.js';
import { type Caller, createPipeline, graphql, type Pipeline } from '../../../src/http/operations/graphql.js';
import type { OperationContext } from '../../../src/http/operations/operations.js';
import type { Json } from '../../support/api.js';

/** A schema that is asked over HTTP by CLIENTs of agencies, whose budgets never fill up again. */
export class Asking {
  private constructor(
    readonly pipeline: Pipeline<OperationContext>,
    readonly limit: CostLimit,
    private readonly server: FastifyInstance,
    private readonly url: string,
  ) {}

  /** Whoever asks is put into `callers`. */
  static async of(schema: GraphQLSchema, callers: Caller[] = []): Promise<Asking> {
    const logger = pino({ level: 'silent' });
    const limit = new CostLimit(new MemoryBuckets(() => 0));
    const pipeline = await createPipeline<OperationContext>({
      ...{ schema, logger, needsKey: false, costLimit: limit, requestLimit: null },
      contextOf: (caller) => {
        callers.push(caller);
        const { requestId, authorization = 'a' } = caller;
        return {
          ...{ requestId, caller: { agencyId: authorization, role: 'CLIENT' }, operation: { name: null } },
          authenticate: () => Promise.resolve(),
          documentOf: () => Promise.reject(new Error('There is none.')),
          requireTrusted: () => Promise.resolve(),
          refuseFull: () => undefined,
        };
      },
    });
    const server = await createApp({ logger, observe: () => undefined }, [routesOf(graphql, pipeline)]);
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    return new Asking(pipeline, limit, server, url);
  }

  async ask(query: string, variables: object, agencyId: string, leaving?: AbortSignal): Promise<Json> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: agencyId },
      body: JSON.stringify({ query, variables }),
      signal: leaving ?? null,
    });
    return response.json();
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}
