import type { Digest } from './compare.ts';
import { createTable, insertRows, type Shape } from './data.ts';
import type { Command } from './measure.ts';
import type { PeerName } from './peers.ts';
import type { OtherLimit, Side } from './rounds.ts';
import type { BenchServer, ServerAccount } from './server.ts';

export interface Bench {
  readonly server: BenchServer;
  /** Where the published program starts. */
  readonly program: string;
  /** For files; removed at the end. */
  readonly folder: string;
  /** For servers that a job starts: they end with it. */
  readonly stack: AsyncDisposableStack;
  readonly rows: number;
  readonly shape: Shape;
}

/** A comparison that is ready to run: what each side does, and how its result is checked. */
export interface Prepared {
  /** Rows that one run moves; 0 = nothing moves. */
  readonly moved: number;
  /** What makes two results comparable: logs, indexes, the state of the target. */
  readonly durability: string;
  /** All servers that work for a run, where that is not `server` alone. */
  readonly servers?: ServerAccount;
  readonly limit: Command;
  /** Limits of a second kind, each with its line in the job's `floor.against`. */
  readonly otherLimits?: Readonly<Record<OtherLimit, Command>>;
  readonly ours: Command;
  /** Tools that do the same work, run once after the rounds where the machine has them. */
  readonly peers?: Readonly<Partial<Record<PeerName, Command>>>;
  readonly expected: Digest;
  /** Not timed: the state that a run of this side starts from. */
  reset(side: Side): Promise<void>;
  digest(side: Side): Promise<Digest>;
  /** Changes one value of what the side has written: the next digest must differ. */
  corrupt(side: Side): Promise<void>;
}

/** What must hold. */
export interface Floor {
  /** Speed against the limit. */
  readonly ratio?: number;
  /** Speed against the other limits. */
  readonly against?: Readonly<Record<OtherLimit, number>>;
  /** CPU of our process with all that it starts, µs/row. */
  readonly cpu?: number;
  /** MB of resident memory of our process. */
  readonly peak?: number;
  /** Peak memory of ours against that of the limit, where the limit is ours with a tenth of the rows. */
  readonly growth?: number;
  /** Wall time of the whole process. */
  readonly seconds?: number;
}

export interface Job {
  /** Several cases of one job share its name. */
  readonly name: string;
  readonly title: string;
  readonly rows: number;
  /** Absent = as many as the command line says. */
  readonly rounds?: number;
  /** Too long, or too far from a promise, to be run with all others. */
  readonly onlyByName?: boolean;
  readonly shape: Shape['name'];
  readonly floor: Floor;
  prepare(bench: Bench): Promise<Prepared>;
}

/** A shell line that fails with the first part of its pipe that fails. */
export const shell = (line: string): Command => ({ argv: ['bash', '-o', 'pipefail', '-c', line] });

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** `psql` without the user's own settings, ending at the first error. */
export const psql = (database: string, ...statements: readonly string[]): string =>
  `psql -X -q -v ON_ERROR_STOP=1 -d ${database} ${statements.map((statement) => `-c ${quote(statement)}`).join(' ')}`;

/** The whole table `items` from one database into another, through two psql. */
export const pipe = (format: 'binary' | 'text'): Command =>
  shell(
    `${psql('source', `copy items to stdout (format ${format})`)} | ${psql('target', `copy items from stdin (format ${format})`)}`,
  );

/** The real command, as a process of its own. */
export const headgate = ({ folder, program }: Pick<Bench, 'folder' | 'program'>, ...args: readonly string[]): Command => ({
  argv: [process.execPath, program, ...args, '--quiet', '--state-dir', `${folder}/state`],
});

/** `headgate sync` of a stream of the database `source`, by default its table `items`. */
export const syncTable = (bench: Bench, destination: string, ...more: readonly string[]): Command =>
  headgate(bench, 'sync', bench.server.location('source'), destination, '--stream', 'public.items', ...more);

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
