/**
 * DuckDB out of our process: one child per file, started when somebody opens it, started again after it died. A second
 * instance of one file in one process loses rows, a second process cannot open it: so every user goes through here.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { extname, resolve } from 'node:path';
import { HeadgateError } from '../domain/error.ts';
import type { Duck, DuckOptions, DuckResult } from '../sdk/index.ts';
import type { DuckEnv } from '../staging/duck.ts';
import type { Batch, FirstPage, Page, Question, Reply, Request } from './messages.ts';

/** Of our environment a child needs only how much memory it may take, and where programs and temporary files are. */
const inherited = ['HEADGATE_DUCKDB_MEMORY', 'PATH', 'TMPDIR', 'TZ'] as const;

/** A child that nobody uses any more is kept for the next run that comes soon. */
const idleMs = 30_000;

export class Warehouses implements AsyncDisposable {
  readonly #owners = new Map<string, Owner>();
  #handles = 0;

  /** As `openDuck`; also throws `warehouse.lost` where the process died in the middle. */
  async open(options: DuckOptions, env: DuckEnv): Promise<Duck> {
    // What has no file is a run's own: its scratch directory names it.
    const key = options.path === undefined ? env.scratch : resolve(options.path);
    const owner = this.#ownerOf(key);
    return await openRemote(owner, (this.#handles += 1), options, env);
  }

  #ownerOf(key: string): Owner {
    const known = this.#owners.get(key);
    if (known?.alive) return known;
    const owner = new Owner(() => {
      if (this.#owners.get(key) === owner) this.#owners.delete(key);
    });
    this.#owners.set(key, owner);
    return owner;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#owners.values()].map(async (owner) => await owner.end()));
  }
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: HeadgateError): void;
}

/** One child and the questions that it has not answered. */
class Owner {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #questions = 0;
  #users = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  alive = true;

  constructor(gone: () => void) {
    const env = Object.fromEntries(
      inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    );
    this.#child = fork(new URL(`./owner${extname(import.meta.url)}`, import.meta.url), {
      env,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    this.#child.on('message', (message) => this.#answered(message as Reply)); // only our child writes into it
    this.#ended = new Promise((done) => {
      const end = (): void => {
        this.alive = false;
        clearTimeout(this.#idle);
        for (const { reject } of this.#waiting.values()) reject(lost());
        this.#waiting.clear();
        gone();
        done();
      };
      this.#child.once('exit', end);
      this.#child.on('error', end);
    });
  }

  enter(): void {
    this.#users += 1;
    clearTimeout(this.#idle);
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#idle = setTimeout(() => void this.end(), idleMs);
    this.#idle.unref();
  }

  async ask(question: Question): Promise<unknown> {
    if (!this.alive) throw lost();
    const id = (this.#questions += 1);
    return await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const request: Request = { id, question };
      this.#child.send(request, (error) => {
        if (!error) return;
        this.#waiting.delete(id);
        reject(lost());
      });
    });
  }

  #answered(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (!('failure' in reply)) return waiting?.resolve(reply.value);
    const { code, message, hint } = reply.failure;
    waiting?.reject(new HeadgateError(code, message, { hint }));
  }

  async end(): Promise<void> {
    if (this.alive) this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

const lost = (): HeadgateError => new HeadgateError('warehouse.lost', 'asking the warehouse: its process has ended');

async function openRemote(
  owner: Owner,
  handle: number,
  options: DuckOptions,
  { scratch, signal, within }: DuckEnv,
): Promise<Duck> {
  owner.enter();
  let closed = false;
  let cursors = 0;
  const cancel = (): void => void owner.ask({ ask: 'cancel', handle }).catch(() => undefined);
  try {
    await owner.ask({ ask: 'open', handle, options, scratch, ...(within && { within }) });
  } catch (error) {
    owner.leave();
    throw error;
  }
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });

  const stream = async (sql: string): Promise<DuckResult> => {
    const cursor = (cursors += 1);
    // The kinds of answers are those of the questions.
    const { columns, ...first } = (await owner.ask({ ask: 'stream', handle, cursor, sql })) as FirstPage;
    return { columns, batches: batchesOf(owner, first, { handle, cursor }) };
  };
  return {
    run: async (sql) => (await owner.ask({ ask: 'run', handle, sql })) as number,
    rows: async (sql) => {
      const rows: (readonly (string | null)[])[] = [];
      for await (const batch of (await stream(sql)).batches) rows.push(...batch);
      return rows;
    },
    stream,
    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      signal.removeEventListener('abort', cancel);
      // One that died has closed everything.
      await owner.ask({ ask: 'close', handle }).catch(() => undefined);
      owner.leave();
    },
  };
}

async function* batchesOf(
  owner: Owner,
  first: Page,
  of: { readonly handle: number; readonly cursor: number },
): AsyncGenerator<Batch> {
  let page = first;
  try {
    for (;;) {
      if (page.rows.length > 0) yield page.rows;
      if (page.ended) return;
      page = (await owner.ask({ ask: 'next', ...of })) as Page;
    }
  } finally {
    if (!page.ended) await owner.ask({ ask: 'leave', ...of }).catch(() => undefined);
  }
}
