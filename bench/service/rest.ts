/** How soon a server answers, and what it needs while nobody asks. Linux only: the figures come from /proc. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { load } from '../measure.ts';
import { processCpu } from '../server.ts';
import { round, withFolder } from './figures.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'headgate.js');

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo; // it listens on a port
  listener.close();
  await once(listener, 'close');
  return port;
}

/** A server as `npm start` starts it, for as long as `work` takes; seconds until its first answer. */
async function started(dataDir: string, work: (pid: number) => Promise<void> = async () => undefined): Promise<number> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, [bin, 'serve', '--port', String(port), '--data-dir', dataDir], { stdio: 'ignore' });
  const answers = async (): Promise<boolean> =>
    await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await answers())) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await wait(5);
  }
  const seconds = (performance.now() - begun) / 1000;
  await work(child.pid ?? 0);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  return seconds;
}

export async function benchStart(): Promise<void> {
  await withFolder(async (folder) => {
    const seconds: number[] = [];
    for (let turn = 0; turn < 6; turn++) seconds.push(await started(join(folder, 'data')));
    const [first = 0, ...later] = seconds;
    const shown = later.map((value) => value.toFixed(2)).join(', ');
    console.log(`from nothing to the first answer: first start ${first.toFixed(2)} s, target 6; later ones ${shown} s, target 2`);
  });
}

/** The process and all that it started, however deep. */
async function family(pid: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parentOf = async (one: number): Promise<readonly [number, number]> => {
    const stat = await readFile(`/proc/${one}/stat`, 'utf8').catch(() => '');
    return [one, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])];
  };
  const parents = await Promise.all(pids.map(parentOf));
  const below = (one: number): readonly number[] => [
    one,
    ...parents.filter(([, of]) => of === one).flatMap(([next]) => below(next)),
  ];
  return below(pid);
}

/** Proportional set size, kB: pages that several processes share count once in their sum. */
async function pssOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
}

async function sum(pids: readonly number[], of: (pid: number) => Promise<number>): Promise<number> {
  return (await Promise.all(pids.map(of))).reduce((a, b) => a + b, 0);
}

export async function benchIdle(): Promise<void> {
  const cpu = async (pid: number): Promise<number> => (await processCpu(pid)).own;
  await withFolder(async (folder) => {
    await started(join(folder, 'data'), async (pid) => {
      // The sample's run ends, and what nobody uses any more is let go.
      await wait(45_000);
      const before = new Map(await Promise.all((await family(pid)).map(async (one) => [one, await cpu(one)] as const)));
      const seconds = 60;
      await wait(seconds * 1000);
      const now = await family(pid);
      const spent = await sum(now, async (one) => (await cpu(one)) - (before.get(one) ?? 0));
      const [all, own] = [await sum(now, pssOf), await pssOf(pid)];
      const mb = (kb: number): string => ((kb * 1024) / 1e6).toFixed(0);
      console.log(
        `nobody asks for ${seconds} s: ${mb(all)} MB in ${now.length} processes (PSS; ${mb(own)} MB our own), target 250 MB; ` +
          `${round((spent / seconds) * 100)} % of a core, target 1 %`,
      );
    });
  });
  console.log(`${round(await load())} cores busy after`);
}
