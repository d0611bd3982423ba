/** 50 uploads of 100 MB at once: what they cost the API's memory, and everybody else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { adminKey, type Service } from '../../test/support/service.ts';

const [count, size] = [50, 100 * 1000 * 1000];
const authorization = `Bearer ${adminKey}`;

/** Bytes that the process of the API has in memory. */
async function residentBytes({ url }: Service): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
  return Number(/^headgate_process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

/** One request after the other, until told to stop: milliseconds of each, sorted. */
async function others(service: Service, until: () => boolean): Promise<readonly number[]> {
  const times: number[] = [];
  while (!until()) {
    const sent = performance.now();
    await service.api('GET', '/pipelines?limit=10');
    times.push(performance.now() - sent);
    await wait(20);
  }
  return times.toSorted((a, b) => a - b);
}

const p95 = (sorted: readonly number[]): number => sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;

/** In a process of its own, so that the sender's work is not ours. Resolves when the last one has its answer. */
async function upload(service: Service, howMany: number, bytes: number): Promise<void> {
  const ids = await Promise.all(
    Array.from({ length: howMany }, async () => String((await service.api('POST', '/files', { name: 'big.bin' }))['id'])),
  );
  const urls = ids.map((id) => `${service.url}/v1/workspaces/1/files/${id}/content`);
  const sender = join(import.meta.dirname, 'upload-sender.ts');
  const child = spawn(process.execPath, [sender, authorization, String(bytes), ...urls], { stdio: 'inherit' });
  const [status] = (await once(child, 'exit')) as [number | null]; // of a process that ended
  if (status !== 0) throw new Error('not all uploads were taken');
  for (const id of ids) await service.api('DELETE', `/files/${id}`);
}

export async function benchUploads(service: Service): Promise<void> {
  // What is loaded and compiled once is not what an upload costs.
  await upload(service, 4, 5_000_000);
  const began = Date.now();
  const quiet = await others(service, () => Date.now() - began > 10_000);
  const before = await residentBytes(service);
  const [started, state] = [performance.now(), { done: false, most: before }];
  const busy = others(service, () => state.done);
  const watching = (async (): Promise<void> => {
    while (!state.done) {
      state.most = Math.max(state.most, await residentBytes(service));
      await wait(200);
    }
  })();
  await upload(service, count, size).finally(() => (state.done = true));
  const seconds = (performance.now() - started) / 1000;
  await watching;
  const [alone, beside] = [p95(quiet), p95(await busy)];
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);
  console.log(`${count} uploads of ${mb(size)} MB at once: ${seconds.toFixed(1)} s, ${mb((count * size) / seconds)} MB/s`);
  console.log(`memory of the API: ${mb(before)} MB before, at most ${mb(state.most)} MB; target 100 MB more`);
  console.log(`p95 of other requests: ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside; target 2 times`);
}
