import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import type { Context, Duck } from '../../sdk/index.ts';

/** Row ids per part: DuckDB skips whole row groups of this size without reading them. */
const groupRows = 122_880;
const partBytes = 32 * 1024 * 1024;

/** What is read: a table of this file, and the statement for a range of its row ids. */
export interface Export {
  /** Quoted name; a temporary one holds what a query answered. */
  readonly table: string;
  readonly columns: number;
  select(range: string): string;
}

/**
 * The rows as csv, in part files of bounded size: DuckDB writes the next one while this one is read. All of it inside the
 * caller's transaction, so it is one moment. Resolves the count through `done`.
 */
export async function* exportCsv(
  duck: Duck,
  context: Context,
  from: Export,
  done: (rows: number) => void,
): AsyncGenerator<Uint8Array> {
  // Rows of a table that this transaction created have ids beyond every JavaScript number.
  const [[first = '0', after = '0'] = []] = await duck.rows(`select min(rowid), max(rowid) + 1 from ${from.table}`);
  const end = BigInt(after ?? 0);
  let at = BigInt(first ?? 0);
  let rows = 0;
  let step = groupRows;
  const next = (): Promise<Part> | undefined => {
    if (at >= end) return undefined;
    const range = `rowid >= ${at} and rowid < ${(at += BigInt(step))}`;
    return writePart(duck, context, from, range);
  };
  let pending = next();
  pending?.catch(() => undefined);
  try {
    while (pending) {
      const part = await pending;
      rows += part.rows;
      // Whole row groups, as many as make a part of about the wanted size.
      if (part.bytes > 0) step = groupRows * Math.max(1, Math.min(64, Math.floor((partBytes * step) / part.bytes / groupRows)));
      pending = next();
      // A failure is told when its turn comes.
      pending?.catch(() => undefined);
      yield* contents(part, context.signal);
    }
  } finally {
    const left = await pending?.catch(() => undefined);
    if (left) await rm(left.path, { force: true });
  }
  done(rows);
}

async function* contents({ path, bytes }: Part, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    if (bytes === 0) return;
    for await (const data of createReadStream(path, { highWaterMark: 1 << 18 })) {
      yield data as Buffer; // no encoding is set
      if (signal.aborted) throw new HeadgateError('run.cancelled', 'reading from DuckDB: stopped on request');
    }
  } finally {
    await rm(path, { force: true });
  }
}

interface Part {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

async function writePart(duck: Duck, context: Context, from: Export, range: string): Promise<Part> {
  const path = join(context.scratch, `export-${randomUUID()}.csv`);
  // Alone on its line, the text \. would end a PostgreSQL COPY: quoted it does not.
  const quoting = from.columns === 1 ? ', force_quote *' : '';
  const rows = await duck.run(`copy (${from.select(range)}) to ${quoteText(path)} (format csv, header false${quoting})`);
  return { path, rows, bytes: (await stat(path)).size };
}
