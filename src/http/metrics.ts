import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Ledger } from '../ledger/ledger.js';
import { routeOf } from './app.js';
import { LiveMetrics } from './live-metrics.js';

/** Seconds. A decision takes a few milliseconds; beyond ten seconds a caller has given up. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What Prometheus reads at `/metrics`: the process, HTTP by route, the lanes of the ledger. Nothing of any agency. */
export class Metrics {
  private readonly registry = new Registry();

  private readonly durations = new Histogram({
    name: 'headroom_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [this.registry],
  });

  /** Of connections that stay open. */
  readonly live = new LiveMetrics(this.registry);

  constructor(ledger: Ledger) {
    collectDefaultMetrics({ register: this.registry });
    addLaneMetrics(this.registry, ledger);
  }

  observe(request: FastifyRequest, reply: FastifyReply): void {
    const labels = { method: request.method, route: routeOf(request) ?? 'none', status: reply.statusCode };
    this.durations.observe(labels, reply.elapsedTime / 1_000);
  }

  async routes(server: FastifyInstance): Promise<void> {
    server.get('/metrics', async (_request, reply) => {
      void reply.type(this.registry.contentType);
      return this.registry.metrics();
    });
  }
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
