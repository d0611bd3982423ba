/** Runs one command to its end and says what it cost. Linux only: the figures come from /proc. */
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { processCpu, type ServerAccount } from './server.ts';

export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** Exit codes that mean success; absent = 0. */
  readonly accept?: readonly number[];
  /** The file that gets its stdout; absent = nobody reads it. */
  readonly stdout?: string;
}

export interface Cost {
  /** Seconds. */
  readonly wall: number;
  /** CPU seconds, user and system, of the command with all processes that it started. */
  readonly client: number;
  /** CPU seconds of the database servers. */
  readonly server: number;
  /** Largest resident memory of the command's own process, MB; 0 where it ended before anyone looked. */
  readonly peak: number;
  /** Cores that were busy with something else meanwhile. */
  readonly foreign: number;
}

/** Seconds that all cores together were busy since the machine started. */
function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

/** Cores that are busy while we do nothing. */
export async function load(): Promise<number> {
  const before = busySeconds();
  await wait(1000);
  return busySeconds() - before;
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

/** Throws with the end of the command's stderr where it fails. */
export async function measure({ argv, environment, accept = [0], stdout }: Command, server: ServerAccount): Promise<Cost> {
  const own = async (): Promise<number> => (await processCpu('self')).own;
  const [serverBefore, ownBefore, childrenBefore] = [await server.cpuSeconds(), await own(), (await processCpu('self')).children];
  const busyBefore = busySeconds();
  const started = performance.now();
  const [program, ...args] = argv;
  const output = stdout === undefined ? undefined : await open(stdout, 'w');
  const child = spawn(program, args, {
    env: { ...process.env, ...server.environment, ...environment },
    stdio: ['ignore', output?.fd ?? 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-2000)));
  let peak = 0;
  let running = true;
  const watch = (async (): Promise<void> => {
    // The mark only grows: what is missed lies between the last look and the end.
    for (; running; await wait(20)) peak = Math.max(peak, await peakOf(child.pid ?? 0));
  })();
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)).finally(
    () => (running = false),
  );
  const wall = (performance.now() - started) / 1000;
  const busy = busySeconds() - busyBefore;
  await watch;
  await output?.close();
  if (code === null || !accept.includes(code)) throw new Error(`${program} ended with ${code}: ${stderr.trim()}`);
  const client = (await processCpu('self')).children - childrenBefore;
  const serverCpu = (await server.cpuSeconds()) - serverBefore;
  const foreign = Math.max(0, busy - client - serverCpu - ((await own()) - ownBefore)) / wall;
  return { wall, client, server: serverCpu, peak, foreign };
}
