/** Patterns that only JavaScript can decide, in a thread that can be ended. */
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';

/** Longest time for one batch of values. An honest pattern takes milliseconds. */
const deadlineMs = 5000;

export interface Search {
  readonly pattern: string;
  readonly flags: string;
  /** For messages: `the pattern of field email`. */
  readonly name: string;
}

/**
 * Writes each text that the pattern is found in to the file at `path`: one column, csv as in docs/wire.md; resolves to
 * their number. Throws `rule.timeout`, `disk.full`.
 */
export async function searchTexts(
  { pattern, flags, name }: Search,
  batches: AsyncIterable<readonly (readonly (string | null)[])[]>,
  path: string,
): Promise<number> {
  const worker = new Worker(new URL(`./pattern-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: { pattern, flags },
  });
  let count = 0;
  try {
    await using file = await open(path, 'w');
    for await (const batch of batches) {
      const texts = batch.flatMap(([text]) => text ?? []);
      const marks = await answer(worker, texts, name);
      const found = texts.filter((_, at) => marks[at]);
      count += found.length;
      await file.write(found.map((text) => `"${text.replaceAll('"', '""')}"\n`).join(''));
    }
    return count;
  } catch (error) {
    throw asHeadgateError(error, `searching with ${name}`);
  } finally {
    await worker.terminate();
  }
}

async function answer(worker: Worker, texts: readonly string[], name: string): Promise<readonly boolean[]> {
  const signal = AbortSignal.timeout(deadlineMs);
  const reply = once(worker, 'message', { signal });
  worker.postMessage(texts);
  try {
    const [marks] = await reply;
    return marks as readonly boolean[]; // as the worker answers
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new HeadgateError(
      'rule.timeout',
      `searching with ${name}: one batch of values took longer than ${deadlineMs / 1000} s`,
      {
        cause: error,
      },
    );
  }
}
