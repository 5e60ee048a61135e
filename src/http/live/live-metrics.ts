import { Counter, Gauge, type Registry } from 'prom-client';
import type { LiveCaps } from './live-caps.js';

/** What is counted of connections that stay open. */
export class LiveMetrics {
  /** Events that subscriptions were told. */
  readonly pushed: Counter;
  /** Connections that were closed because they did not read. */
  readonly slowClosed: Counter;

  constructor(private readonly registry: Registry) {
    const registers = [registry];
    this.pushed = new Counter({
      name: 'headroom_live_events_total',
      help: 'Events that subscriptions were told.',
      registers,
    });
    this.slowClosed = new Counter({
      name: 'headroom_live_slow_closed_total',
      help: 'Connections that were closed because they did not read.',
      registers,
    });
  }

  /** Tells how many there are, when somebody looks. */
  count({ connections, subscriptions }: LiveCaps): void {
    const registers = [this.registry];
    new Gauge({
      name: 'headroom_live_connections',
      help: 'WebSockets and streams of events that are open.',
      registers,
      collect() {
        this.set(connections.count);
      },
    });
    new Gauge({
      name: 'headroom_live_subscriptions',
      help: 'Subscriptions that are open.',
      registers,
      collect() {
        this.set(subscriptions.count);
      },
    });
  }
}
