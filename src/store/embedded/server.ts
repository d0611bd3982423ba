/** A real PostgreSQL, private to one data directory: started with us, ended with us, recovered by its own log. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { access, chown, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import { findBinaries, sharedRoot, type Account, type Binaries } from './binaries.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

/** Small on a machine that does nothing; `fsync` and `synchronous_commit` stay on. */
const settings = {
  listen_addresses: '127.0.0.1',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  max_connections: '100',
  log_min_messages: 'warning',
  unix_socket_directories: '',
} as const;

export interface EmbeddedServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts the server of this data directory, and makes it first where there is none. The caller holds the directory's lock.
 * Throws `state.embedded` with the end of the server's own log.
 */
export async function startEmbedded(dataDir: string): Promise<EmbeddedServer> {
  try {
    const binaries = await findBinaries();
    const home = await homeOf(dataDir, binaries.account);
    const password = await initialize(binaries, home);
    await untilEnded(home);
    const port = await freePort();
    const child = await start(binaries, home, port);
    return new Embedded(child, `postgres://headgate:${password}@127.0.0.1:${port}/postgres`);
  } catch (error) {
    throw asHeadgateError(error, `starting the state database of ${dataDir}`);
  }
}

/** Beside our own files; where its account cannot reach them, in the shared place under a name of its own. */
async function homeOf(dataDir: string, account: Account): Promise<string> {
  const near = join(dataDir, 'state');
  const { uid, gid } = account;
  if (uid === undefined || gid === undefined) {
    await mkdir(near, { recursive: true, mode: 0o700 });
    return near;
  }
  const reachable = await canEnter(dataDir, uid);
  const home = reachable ? near : join(sharedRoot, `state-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
  if (!reachable) await mkdir(sharedRoot, { recursive: true, mode: 0o755 });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chown(home, uid, gid);
  // Nobody could tell from its name whose it is.
  if (!reachable) await writeFile(join(home, 'data-dir'), `${dataDir}\n`);
  return home;
}

/** May that account walk down to the folder? Only its own eyes can tell. */
async function canEnter(folder: string, uid: number): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { uid, cwd: '/' });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function initialize({ bin, account }: Binaries, home: string): Promise<string> {
  const [data, secret] = [join(home, 'data'), join(home, 'password')];
  if (existsSync(join(data, 'PG_VERSION')) && existsSync(secret)) return (await readFile(secret, 'utf8')).trim();
  const password = randomBytes(24).toString('hex');
  const draft = join(home, 'password.new');
  await writeFile(draft, password, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) await chown(draft, account.uid, account.gid);
  // What an interrupted start left has no password file beside it: nobody has ever written into it.
  await run('rm', ['-rf', data]);
  const options = ['--username=headgate', '--encoding=UTF8', '--locale=C.UTF-8', '--auth=scram-sha-256'];
  await run(join(bin, 'initdb'), [...options, `--pwfile=${draft}`, `--pgdata=${data}`], { ...account, cwd: home });
  await run('mv', [draft, secret]);
  return password;
}

/** A server that lost its guardian is still ending: two on one folder must never be. Throws `state.embedded` after a minute. */
async function untilEnded(home: string): Promise<void> {
  const file = join(home, 'data', 'postmaster.pid');
  for (let tries = 0; tries < 600; tries++) {
    const pid = Number(existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : 0);
    if (!pid || !isServer(pid)) return;
    if (tries === 100) process.kill(pid, 'SIGQUIT');
    await wait(100);
  }
  throw new HeadgateError('state.embedded', 'the server of an earlier start has not ended');
}

function isServer(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Elsewhere than on Linux a pid that lives is taken for the server.
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return false;
  }
}

async function start({ bin, account }: Binaries, home: string, port: number): Promise<ChildProcess> {
  const options = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(join(home, 'log'), 'a');
  // The shell is the guardian: it ends the server when our end of its input closes, however we end. Its exit is the server's.
  const script = `"$@" </dev/null & server=$!; { cat >/dev/null; kill -INT $server 2>/dev/null; } <&3 & wait $server`;
  const child = spawn('/bin/sh', ['-c', script, 'guard', join(bin, 'postgres'), '-D', join(home, 'data'), ...options], {
    ...account,
    cwd: home,
    // Its own group: Ctrl-C at the terminal is for us, we end it when our work is done.
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  const pidFile = join(home, 'data', 'postmaster.pid');
  const ready = (): boolean => {
    const lines = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n') : [];
    return lines[3] === String(port) && lines[7]?.trim() === 'ready';
  };
  while (!ready()) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const tail = readFileSync(join(home, 'log'), 'utf8').trim().split('\n').slice(-4).join('; ');
      throw new HeadgateError('state.embedded', `the state database in ${dirname(home)} ended at once: ${tail}`);
    }
    await wait(5);
  }
  return child;
}

class Embedded implements EmbeddedServer {
  readonly url: string;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdio[3]?.destroy();
    await ended;
  }
}
