/** What the figures of a server have in common: how they are printed, and a server of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, type Service } from '../../test/support/service.ts';

export const round = (value: number): number => Math.round(value * 10) / 10;

/** Of sorted values. */
export const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;

/** Milliseconds. */
export function report(what: string, values: readonly number[], target: string): void {
  const sorted = values.toSorted((a, b) => a - b);
  const figures = [0.5, 0.95, 0.99, 1].map((share) => round(at(sorted, share)));
  const [p50, p95, p99, most] = figures;
  console.log(`${what}: p50 ${p50}, p95 ${p95}, p99 ${p99}, most ${most} ms of ${values.length}; target ${target}`);
}

export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-bench-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function withService(
  work: (service: Service, folder: string) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await withFolder(async (folder) => {
    await using service = await startService(join(folder, 'data'), { HEADGATE_RUNS_PER_CONNECTION: '64', ...env });
    await work(service, folder);
  });
}
