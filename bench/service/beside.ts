/** Processes beside the server: limits, and whoever sends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const own = (file: string): string => join(import.meta.dirname, file);

/** A server of ours that prints its address and nothing else, for as long as `work` takes. */
export async function withBare(file: string, argument: string, work: (url: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [own(file), argument], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    await work(url);
  } finally {
    child.kill();
  }
}

/** What the process printed. Throws where it fails. */
export async function printed(file: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [own(file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${file} ended with ${status}`);
  return text;
}
