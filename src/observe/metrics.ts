/** Figures for Prometheus: of this process, of the requests that it answered, and of what all processes share. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What all processes share, asked at the moment of a scrape. */
export interface SharedFigures {
  /** Runs that have not ended, by state. */
  readonly runs: ReadonlyMap<string, number>;
  /** Seconds that the oldest run has waited for a worker; 0 = none waits. */
  readonly oldestQueued: number;
  /** Seconds by which the most overdue schedule is late; 0 = none is. */
  readonly overdue: number;
  /** Seconds since what its rows show was so; the stalest. */
  readonly tables: readonly {
    readonly workspace: string;
    readonly pipeline: string;
    readonly table: string;
    readonly age: number;
  }[];
  /** Bytes of each machine's disk by what is kept there; `budget` = how many there may be. */
  readonly kept: readonly { readonly place: string; readonly kind: string; readonly bytes: number }[];
}

export class Metrics {
  readonly contentType: string;
  readonly #shared: () => Promise<SharedFigures>;
  readonly #registry = new Registry();
  readonly #requests: Histogram<'dialect' | 'route' | 'status'>;
  readonly #runs: Gauge<'state'>;
  readonly #waiting: Gauge;
  readonly #late: Gauge;
  readonly #ages: Gauge<'workspace' | 'pipeline' | 'table'>;
  readonly #kept: Gauge<'place' | 'kind'>;

  constructor(shared: () => Promise<SharedFigures>) {
    this.#shared = shared;
    const registers = [this.#registry];
    this.contentType = this.#registry.contentType;
    // Milliseconds. The loop is woken as often, also where nobody asks: by default it is 10, a fifth of what an idle server may need.
    collectDefaultMetrics({ register: this.#registry, prefix: 'headgate_', eventLoopMonitoringPrecision: 100 });
    this.#requests = new Histogram({
      name: 'headgate_request_seconds',
      help: 'Answered requests, by dialect, route and status',
      labelNames: ['dialect', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    });
    this.#runs = new Gauge({
      name: 'headgate_runs',
      help: 'Runs that have not ended, by state',
      labelNames: ['state'],
      registers,
    });
    this.#waiting = new Gauge({
      name: 'headgate_queue_oldest_seconds',
      help: 'Age of the oldest run that waits for a worker',
      registers,
    });
    this.#late = new Gauge({ name: 'headgate_schedule_late_seconds', help: 'How late the most overdue schedule is', registers });
    this.#ages = new Gauge({
      name: 'headgate_table_age_seconds',
      help: 'Seconds since what the rows of a table show was so',
      labelNames: ['workspace', 'pipeline', 'table'],
      registers,
    });
    this.#kept = new Gauge({
      name: 'headgate_kept_bytes',
      help: 'What is kept on disk, by kind, and its budget',
      labelNames: ['place', 'kind'],
      registers,
    });
  }

  answered(dialect: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ dialect, route, status }, seconds);
  }

  /** The exposition format of Prometheus. */
  async text(): Promise<string> {
    // One answer sets all of them, before any is written.
    const { runs, oldestQueued, overdue, tables, kept } = await this.#shared();
    for (const gauge of [this.#runs, this.#ages, this.#kept]) gauge.reset();
    for (const [state, count] of runs) this.#runs.set({ state }, count);
    for (const { age, ...labels } of tables) this.#ages.set(labels, age);
    for (const { bytes, ...labels } of kept) this.#kept.set(labels, bytes);
    this.#waiting.set(oldestQueued);
    this.#late.set(overdue);
    return await this.#registry.metrics();
  }
}
