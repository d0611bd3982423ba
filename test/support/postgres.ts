import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findBinaries, type Binaries } from './postgres-binaries.ts';
import { freePort } from '../../src/store/embedded/free-port.ts';
import { giveTo, ServerProcess } from './private-server.ts';

export interface PostgresOptions {
  /** Absent = a free one. */
  readonly port?: number;
  /** A folder that outlives the server; absent = a temporary one, removed by `stop`. */
  readonly dataDir?: string;
  /** Which server; absent = the one that comes with the package. */
  readonly binaries?: Binaries;
  /** Server settings on top of `defaultSettings`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A private PostgreSQL server. It ends with the test process, however that ends. */
export interface TestPostgres extends AsyncDisposable {
  readonly port: number;
  /** Connection URL with the superuser's password. */
  url(database?: string): string;
  /** Creates an empty database; resolves to its URL. */
  database(name?: string): Promise<string>;
  /** Runs statements over the simple protocol; the rows of the last one, each value as the server's text. */
  sql(url: string, text: string): Promise<(string | null)[][]>;
  /** Ends the server at once and removes a temporary data folder. */
  stop(): Promise<void>;
  /** SIGKILL to the server and all its processes: what a crash leaves is what `start` finds. */
  kill(): Promise<void>;
  /** Starts the server again on the same data and port. */
  start(): Promise<void>;
}

/** Fast and safe against the death of a process; a power cut is not what these tests are about. */
const defaultSettings: Readonly<Record<string, string>> = {
  wal_level: 'logical',
  fsync: 'off',
  full_page_writes: 'off',
  listen_addresses: '127.0.0.1',
};

const run = promisify(execFile);

async function initialize({ bin, account }: Binaries, home: string, data: string): Promise<string> {
  const secret = join(home, 'password');
  if (existsSync(join(data, 'PG_VERSION'))) return (await readFile(secret, 'utf8')).trim();
  await mkdir(home, { recursive: true });
  const password = randomBytes(12).toString('hex');
  await writeFile(secret, password, { mode: 0o600 });
  await giveTo(account, home, secret);
  const options = ['--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8', '--auth=scram-sha-256', '--no-sync'];
  await run(join(bin, 'initdb'), [...options, `--pwfile=${secret}`, `--pgdata=${data}`], { ...account, cwd: home });
  return password;
}

async function childrenOf(pid: number): Promise<number[]> {
  if (process.platform === 'linux') {
    const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.trim().split(' ').filter(Boolean).map(Number);
  }
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

/** A process that has ended but that nobody has asked for yet does not count. */
async function anyAlive(pids: readonly number[]): Promise<boolean> {
  if (pids.length === 0) return false;
  // ps ends with 1 where none of them is left.
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', pids.join(',')]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').some((state) => state.trim() !== '' && !state.trim().startsWith('Z'));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

class Server implements TestPostgres {
  readonly port: number;
  readonly #binaries: Binaries;
  readonly #home: string;
  readonly #temporary: boolean;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #password: string;
  #process: ServerProcess | undefined;

  constructor(binaries: Binaries, home: string, password: string, port: number, options: PostgresOptions) {
    this.#binaries = binaries;
    this.#home = home;
    this.#temporary = options.dataDir === undefined;
    this.#settings = { ...defaultSettings, ...options.settings };
    this.#password = password;
    this.port = port;
  }

  url(database = 'postgres'): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.port}/${database}`;
  }

  async database(name = `t_${randomBytes(6).toString('hex')}`): Promise<string> {
    await this.sql(this.url(), `create database "${name}"`);
    return this.url(name);
  }

  async sql(url: string, text: string): Promise<(string | null)[][]> {
    const client = new Client({ connectionString: url, types: { getTypeParser: () => (value: string) => value } });
    // A server that is killed under an idle connection reports it here as well; the query's own error is enough.
    client.on('error', () => {});
    await client.connect();
    try {
      const result = await client.query<(string | null)[]>({ text, rowMode: 'array' });
      return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as (string | null)[][]; // by rowMode
    } finally {
      await client.end();
    }
  }

  async start(): Promise<void> {
    const data = join(this.#home, 'data');
    // A unix socket's path holds at most 107 bytes; without one, TCP still works.
    const socket = this.#home.length < 80 ? this.#home : '';
    const settings = { ...this.#settings, port: String(this.port), unix_socket_directories: socket };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = new ServerProcess({
      title: 'PostgreSQL',
      program: join(this.#binaries.bin, 'postgres'),
      args: ['-D', data, ...options],
      account: this.#binaries.account,
      home: this.#home,
      endsBy: 'QUIT',
      ...(this.#temporary && { remove: this.#home }),
    });
    this.#process = server;
    await server
      .until(() => this.#ready(server.pid, data))
      .catch(async (error: unknown) => {
        await this.stop();
        throw error;
      });
  }

  /** The server writes its state into the eighth line of its pid file; an old file has another pid in the first. */
  #ready(pid: number, data: string): boolean {
    try {
      const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
      return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
    } catch {
      return false; // it removes what a killed one left before it writes its own
    }
  }

  async kill(): Promise<void> {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    signal(pid, 'SIGSTOP'); // so that it starts no process that we do not see
    const children = await childrenOf(pid);
    for (const child of children) signal(child, 'SIGKILL');
    // On a busy machine they take a moment, and a server does not start while one still holds the shared memory.
    while (await anyAlive(children)) await wait(5);
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGQUIT');
    if (this.#temporary) await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #end(name: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    await server?.end(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Starts a private server: one per test file, with a database per test. Throws with the reason where none can run. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const binaries = options.binaries ?? (await findBinaries());
  const home = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'headgate-pg-')));
  const password = await initialize(binaries, home, join(home, 'data'));
  const server = new Server(binaries, home, password, options.port ?? (await freePort()), options);
  await server.start();
  return server;
}
