/** One pipeline, read with a key on fifty connections, beside a route that only reads its row. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { adminKey, startService } from '../../test/support/service.ts';
import { startServer } from '../server.ts';
import { at, round, withFolder } from './figures.ts';

const [connections, seconds, rounds] = [50, 5, 4];

/** Milliseconds of each request, sorted; the sender is a process of its own. */
async function ask(url: string): Promise<readonly number[]> {
  const args = [join(import.meta.dirname, 'http-sender.ts'), String(connections), String(seconds), url, `Bearer ${adminKey}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = await text(child.stdout);
  return (JSON.parse(printed) as number[]).sort((a, b) => a - b); // our own sender's
}

async function withBare(database: string, work: (url: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-route.ts'), database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    await work(url);
  } finally {
    child.kill();
  }
}

const median = (values: readonly number[]): number => at(values.toSorted((a, b) => a - b), 0.5);

export async function benchRead(): Promise<void> {
  await using server = await startServer();
  const database = await server.database('state');
  await withFolder(async (folder) => {
    await using service = await startService(folder, { DATABASE_URL: database, HEADGATE_RATE_LIMIT: '10000000' });
    const settings = { path: 'a.csv', format: 'csv' };
    await service.api('POST', '/connections', { name: 'c', slug: 'c', connector: 'file', settings });
    const flows = [{ stream: 'contacts', write: 'replace' }];
    await service.api('POST', '/pipelines', { name: 'p', slug: 'p', source: 'c', destination: 'c', flows });
    await withBare(database, async (bare) => {
      const [rates, p99s]: [number[], number[]] = [[], []];
      for (let turn = 0; turn < rounds; turn++) {
        const limit = await ask(`${bare}/pipelines/p`);
        const ours = await ask(`${service.url}/v1/workspaces/1/pipelines/p`);
        const [a, b] = [at(limit, 0.99), at(ours, 0.99)];
        console.log(
          `one pipeline on ${connections} connections: bare ${round(limit.length / seconds)} a second, p99 ${round(a)} ms; ` +
            `ours ${round(ours.length / seconds)} a second, p99 ${round(b)} ms`,
        );
        rates.push(ours.length / limit.length);
        p99s.push(b / a);
      }
      console.log(`rate ${median(rates).toFixed(2)} of the bare route's, target 0.6; p99 ${median(p99s).toFixed(2)} times, target 2`);
    });
  });
}
