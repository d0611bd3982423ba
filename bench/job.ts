import type { Digest } from './compare.ts';
import { createTable, insertRows, type Shape } from './data.ts';
import type { Command } from './measure.ts';
import type { Side } from './rounds.ts';
import type { BenchServer } from './server.ts';

export interface Bench {
  readonly server: BenchServer;
  /** For files; removed at the end. */
  readonly folder: string;
  readonly rows: number;
  readonly shape: Shape;
}

/** A comparison that is ready to run: what each side does, and how its result is checked. */
export interface Prepared {
  /** Rows that one run moves; 0 = nothing moves. */
  readonly moved: number;
  /** What makes two results comparable: logs, indexes, the state of the target. */
  readonly durability: string;
  readonly limit: Command;
  readonly ours: Command;
  readonly expected: Digest;
  /** Not timed: the state that a run of this side starts from. */
  reset(side: Side): Promise<void>;
  digest(side: Side): Promise<Digest>;
  /** Changes one value of what the side has written: the next digest must differ. */
  corrupt(side: Side): Promise<void>;
}

export interface Job {
  readonly name: string;
  readonly title: string;
  readonly rows: number;
  readonly shape: Shape['name'];
  readonly floor: {
    /** Speed against the limit. */
    readonly ratio?: number;
    /** MB of resident memory of our process. */
    readonly peak?: number;
    /** Wall time of the whole process. */
    readonly seconds?: number;
  };
  prepare(bench: Bench): Promise<Prepared>;
}

/** A shell line that fails with the first part of its pipe that fails. */
export const shell = (line: string): Command => ({ argv: ['bash', '-o', 'pipefail', '-c', line] });

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** `psql` without the user's own settings, ending at the first error. */
export const psql = (database: string, ...statements: readonly string[]): string =>
  `psql -X -q -v ON_ERROR_STOP=1 -d ${database} ${statements.map((statement) => `-c ${quote(statement)}`).join(' ')}`;

const entry = new URL('../bin/headgate.js', import.meta.url).pathname;

/** The real command, as a process of its own. */
export const headgate = ({ folder }: Pick<Bench, 'folder'>, ...args: readonly string[]): Command => ({
  argv: [process.execPath, entry, ...args, '--quiet', '--state-dir', `${folder}/state`],
});

/** The database `source` with its table `items`, filled by `insert`; resolves to its URL. */
export async function createSource(
  { server, shape, rows }: Bench,
  insert = insertRows('items', shape, 0, rows - 1),
): Promise<string> {
  const url = await server.database('source');
  await server.sql(url, createTable('items', shape));
  await server.sql(url, insert);
  await server.sql(url, 'vacuum (freeze, analyze)');
  return url;
}
