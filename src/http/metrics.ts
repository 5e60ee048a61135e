import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Ledger } from '../ledger/ledger.js';
import { routeOf } from './app.js';
import { LiveMetrics } from './live/live-metrics.js';

/** Seconds. A decision takes a few milliseconds; beyond ten seconds a caller has given up. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How long what was told once is told again. */
const TOLD_AGAIN_MS = 250;

let ofProcess: Registry | null = null;

export interface MetricsOptions {
  /** What whoever reads them shows, `Authorization: Bearer …`; null where that is anybody. */
  readonly token: string | null;
  /** Whether they are told to nobody without one. */
  readonly needsToken: boolean;
}

/**
 * What Prometheus reads at `/metrics`: the process, HTTP by route, the lanes of the ledger. It names no agency; but whoever reads it often
 * sees every decision of everybody pass.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly ofProcess = metricsOfProcess();

  private readonly durations = new Histogram({
    name: 'headroom_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [this.registry],
  });

  private last: { readonly at: number; readonly text: Promise<string> } | null = null;

  /** Of connections that stay open. */
  readonly live = new LiveMetrics(this.registry);

  constructor(
    ledger: Ledger,
    private readonly options: MetricsOptions,
  ) {
    addLaneMetrics(this.registry, ledger);
  }

  observe(request: FastifyRequest, reply: FastifyReply): void {
    const labels = { method: request.method, route: routeOf(request) ?? 'none', status: reply.statusCode };
    this.durations.observe(labels, reply.elapsedTime / 1_000);
  }

  async routes(server: FastifyInstance): Promise<void> {
    server.get('/metrics', async ({ headers }, reply) => {
      if (!this.mayRead(headers.authorization)) return reply.callNotFound();
      void reply.type(this.registry.contentType);
      return this.told();
    });
  }

  /** Anybody may ask, as often as they like: to put all of it together takes milliseconds. */
  private told(): Promise<string> {
    const now = performance.now();
    if (this.last === null || now - this.last.at > TOLD_AGAIN_MS) {
      this.last = { at: now, text: Registry.merge([this.ofProcess, this.registry]).metrics() };
    }
    return this.last.text;
  }

  /** To others there is nothing. */
  private mayRead(authorization = ''): boolean {
    const { token, needsToken } = this.options;
    if (token === null) return !needsToken;
    return timingSafeEqual(sha256(authorization), sha256(`Bearer ${token}`));
  }
}

/** Its clock, its memory and what V8 does are watched from when they are first asked for on: once, however many servers it has. */
function metricsOfProcess(): Registry {
  if (ofProcess === null) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** What a lane counts since the start; read when somebody looks. */
const COUNTED = {
  batches: 'Transactions that decided something.',
  requests: 'Requests that were decided in them.',
  skipped: 'Requests that went on alone because somebody else held the book of their agency.',
  retried: 'Requests that were asked again because their batch failed.',
  failed: 'Requests that could not be decided.',
  throttled: 'Requests that were refused because too many were waiting.',
} as const;

function addLaneMetrics(registry: Registry, ledger: Ledger): void {
  const common = { labelNames: ['lane'], registers: [registry] };
  for (const name of Object.keys(COUNTED) as (keyof typeof COUNTED)[]) {
    new Counter({
      ...common,
      name: `headroom_ledger_${name}_total`,
      help: COUNTED[name],
      collect() {
        this.reset();
        for (const [lane, counted] of ledger.metrics().entries()) this.inc({ lane }, counted[name]);
      },
    });
  }
  new Gauge({
    ...common,
    name: 'headroom_ledger_queue_depth',
    help: 'Requests that wait to be decided.',
    collect() {
      for (const [lane, { depth }] of ledger.metrics().entries()) this.set({ lane }, depth);
    },
  });
  new Gauge({
    ...common,
    name: 'headroom_ledger_agencies_alone',
    help: 'Agencies that go on by themselves, because of their book or after a failure.',
    collect() {
      for (const [lane, { agenciesAlone }] of ledger.metrics().entries()) this.set({ lane }, agenciesAlone);
    },
  });
  new Gauge({
    ...common,
    name: 'headroom_ledger_batch_requests_mean',
    help: 'Requests of a transaction, the mean since the start.',
    collect() {
      for (const [lane, { batches, requests }] of ledger.metrics().entries()) {
        this.set({ lane }, batches === 0 ? 0 : requests / batches);
      }
    },
  });
}
