import type { DataSource } from 'typeorm';
import { parseConfig } from '../../src/config.js';
import type { Role } from '../../src/quota/words.js';
import { type RunningServer, startServer } from '../../src/server.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { done, seedAgency, type SeededAgency, type SeedOverrides, servicesOn } from './agency.js';
import { testDatabase, type TestDatabase } from './database.js';

/** What JSON says, of whatever shape: that it is as expected is what a test says. */
export type Json = ReturnType<typeof JSON.parse>;

/** An answer of GraphQL with the head of its response. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Json;
  readonly errors: Json;
}

/** A key of texts besides, so that agencies may keep them. */
const USUAL = {
  ...{ NODE_ENV: 'test', LOG_LEVEL: 'silent', PORT: '0' },
  HEADROOM_TEXT_KEY: 'the key of texts of tests that need no other one',
};

interface Started {
  readonly server: RunningServer;
  readonly dataSource: DataSource;
}

/** The real server on the worker's database, started once for a test file. */
export class Api {
  private constructor(private started: Started | null) {}

  /** `environment` differs from a developer's: `{ NODE_ENV: 'production' }`; `own` is a database that is not the worker's. */
  static async start(environment: NodeJS.ProcessEnv = {}, own: TestDatabase | null = null): Promise<Api> {
    const database = own ?? (await testDatabase());
    const config = parseConfig({ ...USUAL, ...environment });
    const kept = { ...database, kind: 'external' as const, close: () => Promise.resolve() };
    const dataSource = await openDataSource(database.appUrl, { connectionsMax: 2 });
    return new Api({ server: await startServer(config, kept), dataSource });
  }

  /** What a file's variables keep of it then is next to nothing: modules stay as long as the worker, and a server is ten megabytes. */
  async close(): Promise<void> {
    const { server, dataSource } = this.running;
    await server.close();
    await dataSource.destroy();
    this.started = null;
  }

  get url(): string {
    return this.running.server.url;
  }

  get dataSource(): DataSource {
    return this.running.dataSource;
  }

  private get running(): Started {
    if (this.started === null) throw new Error('The server is closed.');
    return this.started;
  }

  /** An agency of the test's own, with the key of its owner. */
  seed(overrides: SeedOverrides = {}): Promise<SeededAgency> {
    return seedAgency(this.dataSource, overrides);
  }

  /** A key of another role of the same agency. */
  async keyOf({ owner }: SeededAgency, role: Role, clientAccountId: string | null = null): Promise<string> {
    const { apiKeys } = servicesOn(this.dataSource);
    return done(await apiKeys.createApiKey(owner, { name: role, role, clientAccountId })).secret;
  }

  /** Sends an operation; null for no key. */
  ask(key: string | null, query: string, variables: object = {}): Promise<ApiAnswer> {
    return this.post({ query, variables }, key === null ? {} : { authorization: `Bearer ${key}` });
  }

  /** Sends whatever body, a text as it is. */
  async post(body: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const { data, errors } = JSON.parse(await response.text());
    return { status: response.status, headers: response.headers, data, errors };
  }

  /** What an operation answers; throws where there is an error. */
  async data(key: string, query: string, variables: object = {}): Promise<Json> {
    const { data, errors } = await this.ask(key, query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** The code of the one error of an operation. */
  async code(key: string | null, query: string, variables: object = {}): Promise<string> {
    const { errors } = await this.ask(key, query, variables);
    if (errors?.length !== 1) throw new Error(`One error was expected: ${JSON.stringify(errors)}`);
    return errors[0].extensions.code;
  }
}
