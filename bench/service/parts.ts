/** One file in parts, four at a time: ours, and a bare server that writes what it is sent to the disk. */
import type { Service } from '../../test/support/service.ts';
import { printed, withBare } from './beside.ts';
import { call } from './civis-calls.ts';
import { metric } from './uploads.ts';

const [count, size] = [16, 24_000_000];
const all = count * size;
const rounds = 5;

interface Round {
  /** Milliseconds. */
  readonly took: number;
  /** Seconds of CPU that the server needed. */
  readonly cpu: number;
}

async function round(urls: readonly string[], cpu: () => Promise<number>): Promise<Round> {
  const before = await cpu();
  const took = Number(await printed('parts-sender.ts', [String(size), ...urls]));
  return { took, cpu: (await cpu()) - before };
}

async function ours(service: Service): Promise<Round> {
  const made = await call(service, 'POST', 'files/multipart', { name: 'parts.bin', num_parts: count });
  const urls = made['uploadUrls'] as readonly string[];
  const done = await round(urls, async () => await metric(service, 'headgate_process_cpu_seconds_total'));
  await call(service, 'POST', `files/multipart/${String(made['id'])}/complete`);
  return done;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** MB a second. */
function tell(what: string, some: readonly Round[]): number {
  const rate = median(some.map(({ took }) => all / 1000 / took));
  const cpu = median(some.map((one) => (one.cpu / all) * 1e9));
  const each = some.map(({ took }) => (all / 1000 / took).toFixed(0)).join(', ');
  console.log(`${what}: ${rate.toFixed(0)} MB/s (${each}); ${cpu.toFixed(2)} s of CPU a GB`);
  return rate;
}

export async function benchParts(service: Service, folder: string): Promise<void> {
  const [own, bare]: [Round[], Round[]] = [[], []];
  await withBare('bare-uploads.ts', folder, async (url) => {
    const cpu = async (): Promise<number> => Number(await (await fetch(url)).text());
    // In turns, so that both have the same disk and the same caches; the first round warms up.
    for (let at = 0; at <= rounds; at++) {
      const [theirs, mine] = [
        await round(
          Array.from({ length: count }, () => url),
          cpu,
        ),
        await ours(service),
      ];
      if (at === 0) continue;
      own.push(mine);
      bare.push(theirs);
    }
  });
  console.log(`a file of ${all / 1e6} MB in ${count} parts, four at a time; the sender shares the machine; target 300 MB/s`);
  const rate = tell('ours', own);
  console.log(`ours is ${(rate / tell('a bare server', bare)).toFixed(2)} times as fast`);
}
