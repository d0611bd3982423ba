/** One pipeline, read with a key on fifty connections, beside a route that only reads its row. */
import { adminKey, startService } from '../../test/support/service.ts';
import { startServer } from '../server.ts';
import { printed, withBare } from './beside.ts';
import { at, round, withFolder } from './figures.ts';

const [connections, seconds, rounds] = [50, 5, 4];

/** Milliseconds of each request, sorted; the sender is a process of its own. */
async function ask(url: string): Promise<readonly number[]> {
  const times = await printed('http-sender.ts', [String(connections), String(seconds), url, `Bearer ${adminKey}`]);
  return (JSON.parse(times) as number[]).sort((a, b) => a - b); // our own sender's
}

const median = (values: readonly number[]): number =>
  at(
    values.toSorted((a, b) => a - b),
    0.5,
  );

export async function benchRead(): Promise<void> {
  await using server = await startServer();
  const database = await server.database('state');
  await withFolder(async (folder) => {
    await using service = await startService(folder, { DATABASE_URL: database, HEADGATE_RATE_LIMIT: '10000000' });
    const settings = { path: 'a.csv', format: 'csv' };
    await service.api('POST', '/connections', { name: 'c', slug: 'c', connector: 'file', settings });
    const flows = [{ stream: 'contacts', write: 'replace' }];
    await service.api('POST', '/pipelines', { name: 'p', slug: 'p', source: 'c', destination: 'c', flows });
    await withBare('bare-route.ts', database, async (bare) => {
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
      console.log(
        `rate ${median(rates).toFixed(2)} of the bare route's, target 0.6; p99 ${median(p99s).toFixed(2)} times, target 2`,
      );
    });
  });
}
