/**
 * The run journal of the command line: one small file per pipeline while a run is under way. It carries nothing but the
 * run's identity. After a kill the next command finds it, takes the same run id and so the same publish tokens: what the
 * ledger already has is not published again. Positions are never in here; the ledger is the truth.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { asHeadgateError } from '../domain/error.ts';
import type { RunIdentity } from './flow.ts';
import { newRunId } from './identity.ts';

const entrySchema = z.object({ run: z.string(), attempt: z.number().int(), request: z.string(), pid: z.number().int() });

export interface Journal {
  readonly run: string;
  readonly attempt: number;
  /** True where an earlier attempt of this run was cut off. */
  readonly resumed: boolean;
  /** Called when the run has ended and nothing about it is in doubt. */
  close(): void;
}

export function openJournal(stateDir: string, pipeline: string, request: string, now: Date): Journal {
  const directory = join(stateDir, 'runs');
  const path = join(directory, `${pipeline}.json`);
  const earlier = read(path);
  // A run that is still alive is not ours to resume: the newer claim fences it off.
  const resumed = earlier !== undefined && earlier.request === request && !(earlier.pid !== process.pid && alive(earlier.pid));
  const run = resumed ? earlier.run : newRunId(now);
  const attempt = resumed ? earlier.attempt + 1 : 1;
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify({ run, attempt, request, pid: process.pid }), { flush: true });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw asHeadgateError(error, `writing the run journal in ${directory}`);
  }
  return { run, attempt, resumed, close: () => rmSync(path, { force: true }) };
}

/** A run whose books are kept elsewhere needs no file. */
export function keptElsewhere({ id, attempt }: RunIdentity): Journal {
  return { run: id, attempt, resumed: attempt > 1, close: () => undefined };
}

/** A damaged journal cannot have come from a rename: it is treated as none. */
function read(path: string): z.infer<typeof entrySchema> | undefined {
  try {
    return entrySchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
