import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { HeadgateError } from '../domain/error.ts';
import type { DuckOptions } from '../sdk/context.ts';
import { longestRecordVariable, quoteText } from '../sdk/duck-sql.ts';
import { duckError } from './duck-errors.ts';
import { longestRecord, poolOf } from './duck-memory.ts';

/** Where an instance may write and read. */
export interface Place {
  /** Where DuckDB spills what does not fit in its memory. */
  readonly scratch: string;
  /** Real paths of the folders whose files statements may read and write; absent = all that the process may. */
  readonly within?: readonly string[];
}

interface Shared {
  readonly rights: string;
  readonly instance: Promise<DuckDBInstance>;
  users: number;
}

/**
 * Instances that are open in this process, by path. A second instance of one file would open without an error, lose the
 * rows that it commits and release the lock of the first.
 */
const open = new Map<string, Shared>();

export interface Lease {
  readonly connection: DuckDBConnection;
  /** Closes the connection, and the instance with its last connection. */
  release(): void;
}

/** A connection to the one instance of a file, or to an instance of its own in memory. */
export async function lease(options: DuckOptions, env: Place): Promise<Lease> {
  if (options.path === undefined)
    return await connect(await create(':memory:', options, env), (instance) => instance.closeSync());
  const path = resolve(options.path);
  if (options.readOnly && !existsSync(path)) throw new HeadgateError('file.missing', `opening ${path}: there is no such file`);
  const limits = `${options.locked ? ', locked' : ''}${env.within ? `, within ${env.within.join(' and ')}` : ''}`;
  const rights = `${options.readOnly ? 'read' : 'write'}${limits}`;
  const shared = open.get(path) ?? { rights, instance: create(path, options, env), users: 0 };
  // Reading is part of writing.
  if (shared.rights !== rights && !(shared.rights === `write${limits}` && options.readOnly)) {
    throw new HeadgateError(
      'warehouse.locked',
      `opening ${path}: it is open in this process with other rights (${shared.rights})`,
    );
  }
  open.set(path, shared);
  shared.users += 1;
  const leave = (instance?: DuckDBInstance): void => {
    shared.users -= 1;
    if (shared.users > 0) return;
    open.delete(path);
    instance?.closeSync();
  };
  try {
    return await connect(await shared.instance, leave);
  } catch (error) {
    leave(await shared.instance.catch(() => undefined));
    throw error;
  }
}

/** Bytes; throws `usage.arguments`. */
const pool = (): number => poolOf(process.env['HEADGATE_DUCKDB_MEMORY'], totalmem());

/** Where DuckDB writes: its file, and what does not fit in memory. */
export function disksOf({ path }: DuckOptions, scratch: string): string {
  return path === undefined ? scratch : `${path} or of ${scratch}`;
}

async function connect(instance: DuckDBInstance, leave: (instance: DuckDBInstance) => void): Promise<Lease> {
  const connection = await instance.connect();
  await connection.run(`set variable ${longestRecordVariable} = ${longestRecord(pool())}`);
  return {
    connection,
    release: () => {
      connection.closeSync();
      leave(instance);
    },
  };
}

async function create(path: string, options: DuckOptions, { scratch, within }: Place): Promise<DuckDBInstance> {
  const doing = path === ':memory:' ? 'starting DuckDB' : `opening ${path}`;
  // Its allocator reads this when it is loaded, and knows no setting for it: pages that are free wait half a second for their next use instead
  // of ten. 10 M rows with a limit of 256 MB, 256-275 MB instead of 265-294.
  process.env['DUCKDB_JE_MALLOC_CONF'] ??= 'dirty_decay_ms:500';
  const { DuckDBInstance } = await import('@duckdb/node-api');
  try {
    const instance = await DuckDBInstance.create(path, {
      access_mode: options.readOnly ? 'READ_ONLY' : 'READ_WRITE',
      memory_limit: `${pool()}B`,
      // What is free goes back to the machine: 6 M rows into a file, 413 MB of the process instead of 440. Small pieces too: 10 M rows with a
      // limit of 256 MB, 265-285 MB instead of 283-296.
      allocator_background_threads: 'true',
      allocator_flush_threshold: '1MiB',
      allocator_bulk_deallocation_flush_threshold: '16MiB',
      temp_directory: scratch,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      // Keeping the order of a table costs: 2 M rows from a pipe, 10.4 CPU seconds and a file of 48 MB with it (row groups end
      // with each buffer and are written again), 7.0 and 35 MB without. Documents that are shaped in memory have an order:
      // rejects count rows by it, and files come out as they went in.
      preserve_insertion_order: options.locked || path === ':memory:' ? 'true' : 'false',
    });
    const connection = await instance.connect();
    await connection.run("load icu; set global TimeZone = 'UTC'");
    // DuckDB closes the files of other people's statements only when told so after it has opened its own.
    if (options.locked || within) {
      const folders = options.locked ? [] : (within ?? []);
      await connection.run(`set allowed_directories = [${folders.map((folder) => quoteText(`${folder}/`)).join(', ')}]`);
      await connection.run('set enable_external_access = false; set lock_configuration = true');
    }
    connection.closeSync();
    return instance;
  } catch (error) {
    throw duckError(error, doing, disksOf(options, scratch));
  }
}
