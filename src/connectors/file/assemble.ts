/** Builds the file that a publish will show, beside the one that stands: staged documents, behind the old content where it stays. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { HeadgateError } from '../../domain/error.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import type { Context, Staged, Target } from '../../sdk/index.ts';
import { printOf, type Print } from './durable.ts';
import type { FileFormat } from './location.ts';
import { withoutOverlap } from './overlap.ts';
import { countRows } from './count.ts';
import { preamble } from './records.ts';

export interface Assembly {
  readonly format: FileFormat;
  /** The file that stands; absent = there is none, or it is replaced. */
  readonly behind?: string;
  readonly staged: readonly Staged[];
  readonly target: Target;
  readonly context: Context;
}

/** What was assembled, synced to disk. `added` < staged rows where rows were there already. */
export interface Assembled {
  readonly print: Print;
  readonly added: number;
}

/** Throws `publish.counts` where a staged document is not what the writer said. */
export async function assemble(to: string, assembly: Assembly): Promise<Assembled> {
  const { format, behind, staged, target, context } = assembly;
  const rows = await countStaged(assembly);
  let paths = staged.map(({ ref }) => ref);
  let skip = preamble(format, target.schema).length;
  let added = rows;
  if (behind !== undefined && target.overlap && rows > 0) {
    const fresh = `${to}.fresh`;
    added = await withoutOverlap(fresh, { format, existing: behind, staged: paths, target, context });
    await removeAll(paths);
    paths = [fresh];
    skip = 0;
  }
  const [only, ...more] = paths;
  if (behind === undefined && only !== undefined && more.length === 0) await rename(only, to);
  else if (format === 'parquet') await mergeParquet(paths, to, context);
  else await concatenate(assembly, paths, skip, to);
  await removeAll(paths);
  {
    await using handle = await open(to, 'r+');
    await handle.sync();
  }
  const print = await printOf(to);
  if (!print) throw new HeadgateError('publish.counts', `publishing ${to}: the assembled file is gone`);
  return { print, added };
}

async function countStaged({ staged, format, context }: Assembly): Promise<number> {
  let total = 0;
  for (const { ref, rows } of staged) {
    const found = await countRows(ref, format, context);
    if (found !== rows)
      throw new HeadgateError('publish.counts', `publishing ${ref}: ${rows} rows were staged, ${found} are there`);
    total += rows;
  }
  return total;
}

/** Each document has its own preamble of `skip` bytes; the file needs one. */
async function concatenate(
  { format, behind, target }: Assembly,
  paths: readonly string[],
  skip: number,
  to: string,
): Promise<void> {
  if (behind === undefined) await pipeline([preamble(format, target.schema)], createWriteStream(to));
  else {
    await pipeline(createReadStream(behind), createWriteStream(to));
    if (!(await endsLine(behind))) await pipeline(['\n'], createWriteStream(to, { flags: 'a' }));
  }
  for (const path of paths) await pipeline(createReadStream(path, { start: skip }), createWriteStream(to, { flags: 'a' }));
}

async function endsLine(path: string): Promise<boolean> {
  await using handle = await open(path, 'r');
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}

async function mergeParquet(paths: readonly string[], to: string, context: Context): Promise<void> {
  if (paths.length === 0) throw new HeadgateError('publish.counts', `publishing ${to}: nothing was staged`);
  await using duck = await context.duck();
  await duck.run(
    `copy (select * from read_parquet([${paths.map(quoteText).join(', ')}])) to ${quoteText(to)} (format parquet, compression zstd)`,
  );
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}
