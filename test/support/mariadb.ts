import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { findBinaries, type Binaries } from './mariadb-binaries.ts';
import { freePort } from '../../src/store/embedded/free-port.ts';
import { giveTo, ServerProcess } from './private-server.ts';

export interface MariadbOptions {
  /** Server settings on top of `defaultSettings`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A private MariaDB server. It ends with the test process, however that ends. */
export interface TestMariadb extends AsyncDisposable {
  readonly port: number;
  /** Connection URL with the superuser's password; without a database where none is named. */
  url(database?: string): string;
  /** Creates an empty database; resolves to its URL. */
  database(name?: string): Promise<string>;
  /** Runs statements; the rows of the last one, each value as the server's text. */
  sql(url: string, text: string): Promise<(string | null)[][]>;
  /** Ends the server at once and removes its data folder. */
  stop(): Promise<void>;
  /** SIGKILL: what a crash leaves is what `start` finds. */
  kill(): Promise<void>;
  /** Starts the server again on the same data and port. */
  start(): Promise<void>;
}

/** Fast and safe against the death of a process; a power cut is not what these tests are about. */
const defaultSettings: Readonly<Record<string, string>> = {
  'bind-address': '127.0.0.1',
  'innodb-flush-log-at-trx-commit': '2',
  'innodb-buffer-pool-size': '64M',
  'innodb-log-file-size': '64M',
  'max-allowed-packet': '64M',
  'performance-schema': 'OFF',
  'skip-name-resolve': 'ON',
  'local-infile': 'ON',
};

const run = promisify(execFile);

async function initialize({ install, account }: Binaries, home: string): Promise<string> {
  const password = randomBytes(12).toString('hex');
  const first = join(home, 'first.sql');
  const user = `'root'@'127.0.0.1'`;
  await writeFile(
    first,
    // One statement per line: that is how the server reads the file.
    `create or replace user ${user} identified by '${password}';\ngrant all on *.* to ${user} with grant option;\n`,
    { mode: 0o600 },
  );
  await giveTo(account, home, first);
  const options = [
    '--no-defaults',
    `--datadir=${join(home, 'data')}`,
    // A server that starts removes what others keep in a folder that they share.
    `--tmpdir=${home}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ];
  await run(install, options, { ...account, cwd: home });
  return password;
}

class Server implements TestMariadb {
  readonly port: number;
  readonly #binaries: Binaries;
  readonly #home: string;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #password: string;
  #process: ServerProcess | undefined;

  constructor(binaries: Binaries, home: string, password: string, port: number, settings: Readonly<Record<string, string>>) {
    this.#binaries = binaries;
    this.#home = home;
    this.#settings = settings;
    this.#password = password;
    this.port = port;
  }

  url(database = ''): string {
    return `mysql://root:${this.#password}@127.0.0.1:${this.port}/${database}`;
  }

  async database(name = `t_${randomBytes(6).toString('hex')}`): Promise<string> {
    await this.sql(this.url(), `create database \`${name}\``);
    return this.url(name);
  }

  async sql(url: string, text: string): Promise<(string | null)[][]> {
    const connection = await createConnection({
      uri: url,
      charset: 'utf8mb4_bin',
      multipleStatements: true,
      rowsAsArray: true,
      typeCast: (field) => field.string(),
    });
    // A server that is killed under an idle connection reports it here as well; the query's own error is enough.
    connection.on('error', () => undefined);
    try {
      const [result, fields] = await connection.query(text);
      const several =
        Array.isArray(fields) && Array.isArray(result) && fields.some((of) => of === undefined || Array.isArray(of));
      const last: unknown = several ? result.at(-1) : result;
      return Array.isArray(last) ? (last as (string | null)[][]) : []; // by rowsAsArray and typeCast
    } finally {
      await connection.end();
    }
  }

  async start(): Promise<void> {
    const options = Object.entries({ ...defaultSettings, ...this.#settings }).map(([name, value]) => `--${name}=${value}`);
    const places = [
      `--datadir=${join(this.#home, 'data')}`,
      `--tmpdir=${this.#home}`,
      `--socket=${join(this.#home, 'socket')}`,
      `--init-file=${join(this.#home, 'first.sql')}`,
    ];
    const server = new ServerProcess({
      title: 'MariaDB',
      program: this.#binaries.server,
      args: ['--no-defaults', ...places, `--port=${this.port}`, ...options],
      account: this.#binaries.account,
      home: this.#home,
      remove: this.#home,
      endsBy: 'KILL',
    });
    this.#process = server;
    await server
      .until(() => this.#ready())
      .catch(async (error: unknown) => {
        await this.stop();
        throw error;
      });
  }

  /** Only a server that does not listen yet is waited for. */
  async #ready(): Promise<boolean> {
    try {
      await this.sql(this.url(), 'select 1');
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return false;
      throw error;
    }
  }

  async kill(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    await server?.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Starts a private server: one per test file, with a database per test. Throws with the reason where none can run. */
export async function startMariadb(options: MariadbOptions = {}): Promise<TestMariadb> {
  const binaries = await findBinaries();
  const home = await mkdtemp(join(tmpdir(), 'headgate-my-'));
  const password = await initialize(binaries, home);
  const server = new Server(binaries, home, password, await freePort(), options.settings ?? {});
  await server.start();
  return server;
}
