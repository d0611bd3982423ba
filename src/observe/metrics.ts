/** Figures for Prometheus: of this process, of the requests that it answered, and of the runs that all processes share. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What all processes share, asked at the moment of a scrape. */
export interface SharedFigures {
  /** Runs that have not ended, by state. */
  readonly runs: ReadonlyMap<string, number>;
  /** Seconds that the oldest run has waited for a worker; 0 = none waits. */
  readonly oldestQueued: number;
  /** Seconds by which the most overdue schedule is late; 0 = none is. */
  readonly overdue: number;
}

export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #requests: Histogram<'dialect' | 'route' | 'status'>;

  constructor(shared: () => Promise<SharedFigures>) {
    const registers = [this.#registry];
    this.contentType = this.#registry.contentType;
    collectDefaultMetrics({ register: this.#registry, prefix: 'headgate_' });
    this.#requests = new Histogram({
      name: 'headgate_request_seconds',
      help: 'Answered requests, by dialect, route and status',
      labelNames: ['dialect', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    });
    const runs = new Gauge({
      name: 'headgate_runs',
      help: 'Runs that have not ended, by state',
      labelNames: ['state'],
      registers,
      // Asked once per scrape; the gauges below are set by the same answer.
      async collect() {
        const { runs: counts, oldestQueued, overdue } = await shared();
        runs.reset();
        for (const [state, count] of counts) runs.set({ state }, count);
        waiting.set(oldestQueued);
        late.set(overdue);
      },
    });
    const waiting = new Gauge({
      name: 'headgate_queue_oldest_seconds',
      help: 'Age of the oldest run that waits for a worker',
      registers,
    });
    const late = new Gauge({ name: 'headgate_schedule_late_seconds', help: 'How late the most overdue schedule is', registers });
  }

  answered(dialect: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ dialect, route, status }, seconds);
  }

  /** The exposition format of Prometheus. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }
}
