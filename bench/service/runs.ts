/** From a due time or a request to the start of a run, and very many of them at once. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Service } from '../../test/support/service.ts';
import { report, round } from './figures.ts';

/** Small files into small files: what is measured is everything but the engine. */
async function prepare(service: Service, folder: string, pipelines: number): Promise<void> {
  const settings = { path: join(import.meta.dirname, '..', '..', 'examples', 'contacts.csv'), format: 'csv' };
  await service.api('POST', '/connections', { name: 'from', slug: 'from', connector: 'file', settings });
  for (let number = 0; number < pipelines; number++) {
    const slug = `p-${number}`;
    await service.api('POST', '/connections', {
      name: slug,
      slug,
      connector: 'file',
      settings: { path: join(folder, `${slug}.csv`), format: 'csv' },
    });
    const flows = [{ stream: 'contacts', write: 'replace' }];
    await service.api('POST', '/pipelines', { name: slug, slug, source: 'from', destination: slug, flows });
  }
}

interface Run {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly started_at: string | null;
  readonly error: unknown;
}

async function trigger(service: Service, slug: string): Promise<string> {
  return String((await service.api('POST', `/pipelines/${slug}/trigger`))['id']);
}

async function ended(service: Service, id: string): Promise<Run> {
  for (;;) {
    const run = (await service.api('GET', `/runs/${id}`)) as unknown as Run; // our own API
    if (run.state === 'succeeded') return run;
    if (!['queued', 'running', 'retrying'].includes(run.state))
      throw new Error(`a run ended ${run.state}: ${JSON.stringify(run.error)}`);
    await wait(100);
  }
}

export async function benchLate(service: Service, folder: string): Promise<void> {
  await prepare(service, folder, 1);
  const due = Array.from({ length: 30 }, (_, number) => Date.now() + 5_000 + number * 377);
  for (const [number, moment] of due.entries()) {
    await service.api('POST', '/pipelines', {
      name: `late-${number}`,
      slug: `late-${number}`,
      source: 'from',
      destination: 'p-0',
      flows: [{ stream: 'contacts', into: `late-${number}`, write: 'replace' }],
      schedule: { kind: 'once', at: new Date(moment).toISOString() },
    });
  }
  await wait(Math.max(...due) + 2_000 - Date.now());
  const { data } = (await service.api('GET', '/runs?limit=100')) as unknown as { data: readonly Record<string, string>[] }; // our own API
  const times = data.map(({ due_at = '', queued_at = '' }) => Date.parse(queued_at) - Date.parse(due_at));
  report('from a due time to its run', times, '1 s');
}

export async function benchTrigger(service: Service, folder: string): Promise<void> {
  await prepare(service, folder, 1);
  await ended(service, await trigger(service, 'p-0'));
  const times: number[] = [];
  for (let second = 0; second < 60; second++) {
    const sent = Date.now();
    const run = await ended(service, await trigger(service, 'p-0'));
    times.push(Date.parse(run.started_at ?? '') - sent);
    await wait(Math.max(0, 1000 - (Date.now() - sent)));
  }
  report('from the request to the start of its run, one a second', times, 'p50 40 ms, p99 300 ms');
}

export async function benchBurst(service: Service, folder: string): Promise<void> {
  await prepare(service, folder, 50);
  const started = performance.now();
  const ids = await Promise.all(Array.from({ length: 1000 }, async (_, number) => await trigger(service, `p-${number % 50}`)));
  const sent = performance.now() - started;
  const twice: string[] = [];
  for (const id of ids) if ((await ended(service, id)).attempt !== 1) twice.push(id);
  const all = performance.now() - started;
  console.log(`1,000 triggers at once: accepted in ${round(sent)} ms, all ended in ${round(all)} ms, run twice: ${twice.length}`);
}
