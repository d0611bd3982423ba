/** What has to be known about a whole column before one of its texts is understood, in a table of its own. */
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { asHeadgateError } from '../../domain/error.ts';
import type { Meaning } from '../../domain/meaning.ts';
import { readCsv } from '../../sdk/duck-sql.ts';
import type { Duck } from '../../sdk/index.ts';
import { isLooked, type Looked } from './looked.ts';
import { factSql } from './sql.ts';
import { oddUrl } from './url-sql.ts';

export interface Known {
  readonly table: string;
  readonly meaning: Meaning;
  /** The text of a row, as an expression over the relation. */
  readonly text: string;
}

export interface KnownFrom {
  readonly from: string;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
}

/** Undefined = every text speaks for itself. */
export function knownOf(meaning: Meaning, text: string, table: string): Known | undefined {
  return isLooked(meaning) || factSql(meaning, text) !== undefined ? { table, meaning, text } : undefined;
}

/** Makes the table: one row with `yes`, or each text `t` with its result `r` and how it is shown, `s`. Throws `disk.full`. */
export async function openKnown(duck: Duck, { table, meaning, text }: Known, { from, scratch }: KnownFrom): Promise<void> {
  const sql = factSql(meaning, text);
  if (sql !== undefined) await duck.run(`create or replace temp table ${table} as select ${sql} as yes from ${from}`);
  else if (isLooked(meaning)) await lookAt(duck, { table, meaning, text }, { from, scratch });
}

/** A thread looks at each text once. It starts with the first of them. */
async function lookAt(
  duck: Duck,
  { table, meaning, text }: Known & { meaning: Looked },
  { from, scratch }: KnownFrom,
): Promise<void> {
  const odd = meaning.is === 'url' ? `t <> '' and ${oddUrl(meaning, 't')}` : `t <> ''`;
  const { batches } = await duck.stream(`select distinct t from (select ${text} as t from ${from}) where ${odd}`);
  const path = `${scratch}.looked`;
  let worker: Worker | undefined;
  try {
    await using file = await open(path, 'w');
    for await (const batch of batches) {
      worker ??= new Worker(new URL(`./text-worker${extname(import.meta.url)}`, import.meta.url), { workerData: meaning });
      const reply = once(worker, 'message');
      worker.postMessage(batch.flatMap(([one]) => one ?? []));
      const [lines] = await reply;
      await file.write(String(lines));
    }
  } catch (error) {
    throw asHeadgateError(error, 'reading texts of which each has to be looked up');
  } finally {
    await worker?.terminate();
  }
  const schema = { fields: ['t', 'r', 's'].map((name) => ({ name, type: { kind: 'text' as const }, nullable: false })) };
  await duck.run(`create or replace temp table ${table} as select t, r, s from ${readCsv([path], schema)}`);
}
