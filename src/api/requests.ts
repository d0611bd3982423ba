/** Counts requests by workspace, and adds them to the usage every few seconds: a request costs no write. */
import type { Ports } from '../operations/operation.ts';
import { addUsage } from '../store/limits.ts';

/** What a process that is killed has counted since the last time is lost. */
const everyMs = 5_000;

export class RequestCount {
  readonly #ports: Pick<Ports, 'db' | 'clock'>;
  #counts = new Map<number, number>();
  #planned = false;

  constructor(ports: Pick<Ports, 'db' | 'clock'>) {
    this.#ports = ports;
  }

  add(workspace: number): void {
    this.#counts.set(workspace, (this.#counts.get(workspace) ?? 0) + 1);
    if (this.#planned) return;
    this.#planned = true;
    setTimeout(() => {
      this.#planned = false;
      void this.flush();
    }, everyMs).unref();
  }

  /** Never throws: while the database is away, nothing is counted. */
  async flush(): Promise<void> {
    const counts = this.#counts;
    this.#counts = new Map();
    const { db, clock } = this.#ports;
    for (const [workspace, requests] of counts) {
      await addUsage(db, workspace, clock.now(), { requests }).catch(() => undefined);
    }
  }
}
