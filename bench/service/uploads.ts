/** 50 uploads of 100 MB at once: what they cost the API's memory, and everybody else. */
import { setTimeout as wait } from 'node:timers/promises';
import { adminKey, type Service } from '../../test/support/service.ts';
import { printed, withBare } from './beside.ts';

const [count, size] = [50, 100 * 1000 * 1000];
const authorization = `Bearer ${adminKey}`;

/** What the process of the API says of itself. */
export async function metric({ url }: Service, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Bytes that the process of the API has in memory. */
export const residentBytes = async (service: Service): Promise<number> =>
  await metric(service, 'headgate_process_resident_memory_bytes');

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
async function send(urls: readonly string[], bytes: number): Promise<void> {
  await printed('upload-sender.ts', [authorization, String(bytes), ...urls]);
}

async function upload(service: Service, howMany: number, bytes: number): Promise<void> {
  const ids = await Promise.all(
    Array.from({ length: howMany }, async () => String((await service.api('POST', '/files', { name: 'big.bin' }))['id'])),
  );
  await send(
    ids.map((id) => `${service.url}/v1/workspaces/1/files/${id}/content`),
    bytes,
  );
  for (const id of ids) await service.api('DELETE', `/files/${id}`);
}

/** Milliseconds of other requests meanwhile, sorted. */
async function beside(service: Service, work: () => Promise<void>): Promise<readonly number[]> {
  const state = { done: false };
  const times = others(service, () => state.done);
  await work().finally(() => (state.done = true));
  return await times;
}

async function mostMemory(service: Service, work: () => Promise<void>): Promise<number> {
  const state = { done: false, most: 0 };
  const watching = (async (): Promise<void> => {
    for (; !state.done; await wait(200)) state.most = Math.max(state.most, await residentBytes(service));
  })();
  await work().finally(() => (state.done = true));
  await watching;
  return state.most;
}

const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);

export async function benchUploads(service: Service, folder: string): Promise<void> {
  // What is loaded and compiled once is not what an upload costs.
  await upload(service, 4, 5_000_000);
  const alone = p95(await beside(service, async () => await wait(10_000)));
  const before = await residentBytes(service);
  const started = performance.now();
  let most = before;
  const ours = await beside(service, async () => {
    most = await mostMemory(service, async () => await upload(service, count, size));
  });
  const seconds = (performance.now() - started) / 1000;
  const urls = (bare: string): readonly string[] => Array.from({ length: count }, () => bare);
  let bareSeconds = 0;
  let limit = Number.NaN;
  await withBare('bare-uploads.ts', folder, async (bare) => {
    const begun = performance.now();
    limit = p95(await beside(service, async () => await send(urls(bare), size)));
    bareSeconds = (performance.now() - begun) / 1000;
  });
  const rate = (took: number): string => `${took.toFixed(1)} s, ${mb((count * size) / took)} MB/s`;
  console.log(`${count} uploads of ${mb(size)} MB at once: ${rate(seconds)}; into a bare server ${rate(bareSeconds)}`);
  console.log(`memory of the API: ${mb(before)} MB before, at most ${mb(most)} MB; target 100 MB more`);
  const times = (value: number): string => `${value.toFixed(1)} ms (${(value / alone).toFixed(1)} times)`;
  console.log(`p95 of other requests: ${alone.toFixed(1)} ms alone, ${times(p95(ours))} beside the uploads; target 2 times`);
  console.log(
    `  beside the same uploads into a bare server: ${times(limit)}, so ours are ${(p95(ours) / limit).toFixed(1)} times its`,
  );
}
