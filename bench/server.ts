import { readFile, readdir } from 'node:fs/promises';
import { startPostgres, type TestPostgres } from '../test/support/postgres.ts';

/** Room for the data, durable commits, and nothing in the background that starts by itself. */
const settings: Readonly<Record<string, string>> = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  fsync: 'on',
  full_page_writes: 'on',
  autovacuum: 'off',
};

export const durability = 'wal_level logical, fsync on, synchronous_commit on';

/** What a command needs to reach its servers, and what they cost. */
export interface ServerAccount {
  /** PGHOST and so on: what clients and our own command need, so that no secret stands in their arguments. */
  readonly environment: Readonly<Record<string, string>>;
  /** CPU seconds of all processes of the servers so far. */
  cpuSeconds(): Promise<number>;
}

/** A private server for source and destination. */
export interface BenchServer extends TestPostgres, ServerAccount {
  readonly version: string;
  /** The URL without the password. */
  location(database: string): string;
}

/** Clock ticks per second of /proc: 100 on every Linux that Node runs on. */
const ticks = 100;

/** Own time and that of the children waited for, in seconds; 0 where the process is gone. */
export async function processCpu(pid: number | 'self'): Promise<{ own: number; children: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, the only field with spaces, ends with the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const sum = (a: number, b: number): number => (Number(fields[a] ?? 0) + Number(fields[b] ?? 0)) / ticks;
  return { own: sum(11, 12), children: sum(13, 14) };
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return pids.filter((_, i) => Number(parents[i]?.slice(parents[i].lastIndexOf(')') + 2).split(' ')[1]) === parent);
}

export async function startServer(): Promise<BenchServer> {
  const server = await startPostgres({ settings });
  const [[version = ''] = []] = await server.sql(server.url(), `select current_setting('server_version')`);
  const [[pidFile = ''] = []] = await server.sql(server.url(), `select pg_read_file('postmaster.pid')`);
  const postmaster = Number(pidFile?.split('\n')[0]);
  const { hostname, port, username, password } = new URL(server.url());
  // The postmaster waits for its children, so what ended is in its own account.
  const cpuSeconds = async (): Promise<number> => {
    const living = await Promise.all((await childrenOf(postmaster)).map(processCpu));
    const { own, children } = await processCpu(postmaster);
    return living.reduce((sum, cpu) => sum + cpu.own + cpu.children, own + children);
  };
  return Object.assign(server, {
    version: version ?? '',
    environment: { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: 'postgres' },
    location: (database: string) => `postgres://${username}@${hostname}:${port}/${database}`,
    cpuSeconds,
  });
}
