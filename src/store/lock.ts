/** One server per data directory: the second one is told who has it. */
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../domain/errno.ts';
import { HeadgateError } from '../domain/error.ts';

/** Throws `state.locked`. The lock of a process that is no longer there is taken over. */
export async function lockDataDir(dataDir: string): Promise<AsyncDisposable> {
  const path = join(dataDir, 'server.lock');
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(identityOf(process.pid)));
  try {
    for (;;) {
      try {
        // A link appears whole or not at all, and never over another one.
        await link(draft, path);
        break;
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error;
      }
      const holder = await holderOf(path);
      if (holder !== undefined) {
        throw new HeadgateError('state.locked', `opening ${dataDir}: the process ${holder} already serves it`);
      }
      // Of two that find a dead lock the slower may have moved away the new lock of the faster: then it goes back.
      const broken = `${draft}.broken`;
      await rename(path, broken).catch(() => undefined);
      if ((await holderOf(broken)) !== undefined) await link(broken, path).catch(() => undefined);
      await rm(broken, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
  return { [Symbol.asyncDispose]: async () => await rm(path, { force: true }) };
}

interface Identity {
  readonly pid: number;
  /** Pids come again; with the time at which it started, one does not. */
  readonly started: string;
}

function identityOf(pid: number): Identity | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isErrno(error, 'EPERM')) return undefined;
  }
  if (process.platform !== 'linux') return { pid, started: '' };
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only nobody has asked how.
    return fields[0] === 'Z' ? undefined : { pid, started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

async function holderOf(path: string): Promise<number | undefined> {
  try {
    // Written by ourselves; a file that is none of ours belongs to nobody alive.
    const { pid, started } = JSON.parse(await readFile(path, 'utf8')) as Identity;
    return identityOf(pid)?.started === started ? pid : undefined;
  } catch {
    return undefined;
  }
}
