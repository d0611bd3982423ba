/**
 * One sheet of a workbook of the old kind (`.xls`) as csv. A thread of its own reads it, with an end to its memory and its time: the
 * format is older than care about strangers' files.
 */
import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HeadgateError } from '../../../domain/error.ts';
import type { FileConfig } from '../location.ts';
import { bounded } from './unpack.ts';
import type { Seen } from './cell-writer.ts';
import { chooseSheet, type Sheet } from './xlsx.ts';
import { grouped } from '../../../domain/count.ts';

export type XlsQuestion =
  | { readonly ask: 'sheets' }
  | { readonly ask: 'rows'; readonly sheet: number; readonly seen: Seen | undefined }
  | { readonly ask: 'more' };

export type XlsAnswer =
  | { readonly sheets: readonly string[] }
  /** Of csv; null = there is no more. `shows`: as a sheet has it, so far. */
  | { readonly piece: string | null; readonly shows: readonly number[] }
  | { readonly problem: string };

interface Found {
  readonly path: string;
  readonly name: string;
  readonly size: number;
}

/** A sheet has 65,536 rows at most; a full one of 20 columns is 20 MB, and its cells as objects are 15 times as much. */
const mostBytes = 128 * 1024 ** 2;
const threadMiB = 2048;
const deadlineMs = 120_000;

/** Throws `file.format`, `file.missing` for a sheet that is not there, `file.limit`. */
export async function xlsAsCsv(found: Found, config: FileConfig, signal: AbortSignal, seen?: Seen): Promise<Sheet> {
  const { name, size } = found;
  if (size > mostBytes)
    throw new HeadgateError('file.limit', `reading ${name}: a .xls file may have ${grouped(mostBytes)} bytes`);
  const thread = startThread(found, signal);
  try {
    const answer = await thread.ask({ ask: 'sheets' });
    const sheets = 'sheets' in answer ? answer.sheets : [];
    const sheet = chooseSheet(name, sheets, config.sheet);
    let shows: readonly number[] = [];
    const rows = async function* (): AsyncGenerator<Buffer> {
      try {
        for (let question: XlsQuestion = { ask: 'rows', sheet, seen }; ; question = { ask: 'more' }) {
          const next = await thread.ask(question);
          if (!('piece' in next)) return;
          shows = next.shows;
          if (next.piece === null) return;
          yield Buffer.from(next.piece);
        }
      } finally {
        await thread.end();
      }
    };
    return { sheet: sheets[sheet] ?? '', sheets, rows: bounded(name, rows(), config, size), shows: () => shows };
  } catch (error) {
    await thread.end();
    throw error;
  }
}

interface Thread {
  ask(question: XlsQuestion): Promise<Exclude<XlsAnswer, { readonly problem: string }>>;
  end(): Promise<void>;
}

function startThread({ path, name }: Found, signal: AbortSignal): Thread {
  const worker = new Worker(new URL(`./xls-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: { path },
    resourceLimits: { maxOldGenerationSizeMb: threadMiB },
    // What the library remarks about odd files is nobody's business.
    stdout: true,
    stderr: true,
  });
  return {
    async ask(question) {
      const late = AbortSignal.timeout(deadlineMs);
      try {
        const reply = once(worker, 'message', { signal: AbortSignal.any([signal, late]) });
        worker.postMessage(question);
        const [answer] = (await reply) as [XlsAnswer]; // as the thread answers
        if (!('problem' in answer)) return answer;
        const what = /password/i.test(answer.problem) ? 'it is protected by a password: save it without one' : damaged;
        throw new HeadgateError('file.format', `reading ${name}: ${what}`);
      } catch (error) {
        if (error instanceof HeadgateError || signal.aborted) throw error;
        const what = late.aborted ? `takes longer than ${deadlineMs / 1000} s` : 'takes too much memory';
        throw new HeadgateError('file.limit', `reading ${name}: a workbook of the old kind ${what}: save it as .xlsx or .csv`, {
          cause: error,
        });
      }
    },
    end: async () => void (await worker.terminate()),
  };
}

const damaged = 'it is damaged, or no spreadsheet of the old kind (.xls): save it as .xlsx or .csv';
