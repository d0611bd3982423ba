/** What every private test server needs: an account that is not root, a free port, and an end with the test process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Whom a server runs as: database servers refuse root. Empty = as ourselves. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** An unprivileged account that is already there, when we are root: `nobody`, or else the server's own. */
export async function unprivileged(name: string): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = accounts.find(([account]) => account === 'nobody') ?? accounts.find(([account]) => account === name);
  return { uid: Number(found?.[2] ?? 65534), gid: Number(found?.[3] ?? 65534) };
}

/** Hands files that we made over to the account. */
export async function giveTo({ uid, gid }: Account, ...paths: readonly string[]): Promise<void> {
  if (uid === undefined || gid === undefined) return;
  for (const path of paths) await chown(path, uid, gid);
}

export interface ServerCommand {
  /** For messages. */
  readonly title: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly account: Account;
  /** Working directory; `log` in it takes what the server prints. */
  readonly home: string;
  /** Removed when the test process ends without having stopped the server; absent = kept. */
  readonly remove?: string;
  /** How the server ends at once: `QUIT`, `KILL`. */
  readonly endsBy: 'QUIT' | 'KILL';
}

/** One life of a server's process. */
export class ServerProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #guard: ChildProcess;
  readonly #command: ServerCommand;

  constructor(command: ServerCommand) {
    const { title, program, args, account, home } = command;
    const log = openSync(join(home, 'log'), 'a');
    const child = spawn(program, args, { ...account, cwd: home, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.unref();
    if (child.pid === undefined) throw new Error(`starting ${title}: the process did not start`);
    this.pid = child.pid;
    this.#child = child;
    this.#command = command;
    this.#guard = guard(command, child.pid);
  }

  /** Looks every few milliseconds. Throws with the end of its log where the server ends instead. */
  async until(ready: () => boolean | Promise<boolean>): Promise<void> {
    const { title, home } = this.#command;
    while (!(await ready())) {
      if (this.#over) {
        const tail = readFileSync(join(home, 'log'), 'utf8').split('\n').slice(-8).join('\n');
        throw new Error(`starting ${title}: it ended with ${this.#child.exitCode ?? this.#child.signalCode}\n${tail}`);
      }
      await wait(5);
    }
  }

  get #over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#guard.kill('SIGKILL');
    if (this.#over) return;
    this.#child.ref();
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

/** Ends the server when our end of its input closes: also after a SIGKILL of the test process. */
function guard({ endsBy, remove }: ServerCommand, server: number): ChildProcess {
  const script = 'cat >/dev/null; kill "-$3" "$1" 2>/dev/null; [ -z "$2" ] || { sleep 0.3; rm -rf "$2"; }';
  const child = spawn('/bin/sh', ['-c', script, 'guard', String(server), remove ?? '', endsBy], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  child.unref();
  // A pipe of a child is a socket, which can be unreferenced; its declared type is only Writable.
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
