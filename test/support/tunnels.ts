import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RunResult } from './run.ts';
import type { Folder } from './site.ts';
import { startSshd, type TestSshd } from './sshd.ts';

/** Options of a location; undefined takes one away. */
export type LocationOptions = Readonly<Record<string, string | undefined>>;

/** The tunnels that commands make through one SSH server, and what is left of them. */
export class Tunnels implements AsyncDisposable {
  readonly sshd: TestSshd;
  readonly #temporary: string;
  /** For commands: the owner of a temporary folder that only they use sees what they leave behind. */
  readonly env: { readonly TMPDIR: string };

  constructor(sshd: TestSshd, temporary: string) {
    mkdirSync(temporary);
    this.sshd = sshd;
    this.#temporary = temporary;
    this.env = { TMPDIR: temporary };
  }

  /** The location behind the SSH server. */
  behind(url: string, options: LocationOptions = {}): string {
    const location = new URL(url);
    const { user, port, key, knownHosts } = this.sshd;
    const all: LocationOptions = { ssh: `${user}@127.0.0.1:${port}`, ssh_key: key, ssh_known_hosts: knownHosts, ...options };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) location.searchParams.set(name, value);
    return location.href;
  }

  /** Process ids of the SSH clients that know our server. */
  async clients(): Promise<readonly number[]> {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-A', '-o', 'pid=,args=']);
    const known = this.sshd.knownHosts;
    const own = stdout.split('\n').filter((line) => /^\s*\d+ ssh -F none /.test(line) && line.includes(known));
    return own.map((line) => Number.parseInt(line, 10));
  }

  /** No process and no folder of a tunnel is left, soon. */
  async requireNothingLeft(): Promise<void> {
    const folders = () => readdirSync(this.#temporary).filter((name) => name.startsWith('headgate-ssh-'));
    const left = async () => [...(await this.clients()), ...folders()];
    let found = await left();
    for (const deadline = Date.now() + 20_000; found.length > 0 && Date.now() < deadline; found = await left()) await wait(20);
    assert.deepEqual(found, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sshd[Symbol.asyncDispose]();
  }
}

/** An SSH server, and what its tunnels leave in the folder; `settings` as `startSshd` takes them. */
export async function openTunnels(site: Folder, settings?: readonly string[]): Promise<Tunnels> {
  return new Tunnels(await startSshd(settings), site.path('tmp'));
}

/** The same server under the name of its certificate. */
export const named = (url: string): string => url.replace('127.0.0.1', 'localhost');

/** Resolves when it holds. The deadline is far beyond what any machine needs. */
export async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await holds()); await wait(20)) assert.ok(Date.now() < deadline, what);
}

/** Resolves when the statement of a command runs, which must not end before that. */
export async function begun(command: Promise<RunResult>, running: () => Promise<boolean>): Promise<void> {
  const early = command.then(({ code, stdout, stderr }) => assert.fail(`it ended with ${code}: ${stdout}${stderr}`));
  await Promise.race([early, eventually(running, 'the statement has not begun')]);
}
