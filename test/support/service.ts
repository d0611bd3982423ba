/** A server of ours as a process of its own, on a port of its own: what users start. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from '../../src/client/client.ts';
import './left-behind.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'headgate.js');

export interface Service extends AsyncDisposable {
  readonly url: string;
  /** With the admin key, in workspace 1. */
  readonly client: Client;
  /** JSON in, JSON out, with the admin key; throws at anything but a 2xx. */
  api(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>>;
  /** SIGKILL: what a power cut of this process alone leaves. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGTERM, and again once it has begun to stop. */
  force(): Promise<number | null>;
}

export const adminKey = `hg_admin_${'s'.repeat(40)}`;

/** The settings of a connection to the database that a URL names. */
export function databaseSettings(url: string) {
  const { hostname, port, pathname, username, password } = new URL(url);
  return { host: hostname, port: Number(port), database: pathname.slice(1), user: username, password };
}

/** Throws with what it printed where it does not come up. */
export async function startService(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = ['--no-sample'],
  { node = process.execPath, program = bin } = {},
): Promise<Service> {
  const child = spawn(node, [program, 'serve', '--json', '--port', '0', '--data-dir', dataDir, ...args], {
    env: { ...process.env, HEADGATE_ADMIN_KEY: adminKey, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  createInterface(child.stdout).on('line', (line) => {
    printed.push(line);
    const { type, url } = JSON.parse(line) as { type: string; url?: string }; // our own `--json`
    if (type === 'serving') resolve(url ?? '');
  });
  child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed.join('\n')}`)));
  const url = await promise;
  return new ServiceProcess(child, url);
}

class ServiceProcess implements Service {
  readonly url: string;
  readonly client: Client;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    this.client = new Client({ url, key: adminKey });
  }

  async api(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    const reply = await fetch(`${this.url}/v1/workspaces/1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<number | null> {
    return await this.#end('SIGTERM');
  }

  async force(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const answers = async (): Promise<boolean> =>
      await fetch(`${this.url}/healthz`).then(
        () => true,
        () => false,
      );
    while (await answers()) await wait(10);
    return await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGKILL');
  }
}

/** Looks until the run has one of these states. */
export async function untilRun(
  service: Service,
  run: string,
  states: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const found = await service.api('GET', `/runs/${run}`);
    if (states.includes(String(found['state']))) return found;
    await wait(50);
  }
}
