/**
 * Named boundaries of the commit protocol. `HEADGATE_FAILPOINT=name[:hit]` ends the process with SIGKILL at the given
 * hit of that name (default the first). With `HEADGATE_FAILPOINT_PAUSE=file` it creates the file instead and waits until
 * somebody removes it, so that a harness can kill the destination server exactly there. The names are those in the code:
 * the kill harness collects them from `failpoint('…')` calls.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const hits = new Map<string, number>();

export async function failpoint(name: string): Promise<void> {
  const wanted = process.env['HEADGATE_FAILPOINT'];
  if (wanted === undefined) return;
  const [point, hit = '1'] = wanted.split(':');
  if (point !== name) return;
  const count = (hits.get(name) ?? 0) + 1;
  hits.set(name, count);
  if (count !== Number(hit)) return;
  const pause = process.env['HEADGATE_FAILPOINT_PAUSE'];
  if (pause === undefined) {
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined); // the signal takes effect before any later line runs
  } else {
    writeFileSync(pause, name);
    while (existsSync(pause)) await wait(5);
  }
}
