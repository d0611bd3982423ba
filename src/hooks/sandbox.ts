/** Hooks out of our process: one child per import, started when the first hook runs, started again after one that had to be stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { HeadgateError } from '../domain/error.ts';
import type { HookFetch } from '../domain/hook-request.ts';
import { confined } from './confine.ts';
import { Errands } from './errands.ts';
import { HookError } from './failure.ts';
import type { Hook } from './hooks.ts';
import { defaultHookLimits, type HookLimits } from './limits.ts';
import type { Answer, Ask, Fault, Fetched, Message } from './messages.ts';
import type { ErrorCode } from '../domain/codes.ts';

const words: Readonly<Record<Fault, readonly [ErrorCode, string]>> = {
  threw: ['hook.failed', 'it threw, or returned what it may not'],
  source: ['hook.invalid', 'its source does not evaluate to a function'],
  timeout: ['hook.timeout', 'it took too long and was stopped'],
  memory: ['hook.memory', 'it took too much memory'],
  output: ['hook.output', 'it gave back too much'],
  unsettled: ['hook.failed', 'its promise never settles: nothing that it could wait for is there'],
  broken: ['hook.memory', 'it went too deep, and the interpreter ended'],
};

/** After these the interpreter is not to be trusted any more, and the process ends. */
const final: ReadonlySet<Fault> = new Set(['timeout', 'memory', 'broken']);

/** A message of which only the child's own code can have been the author; its content is judged by who asked. */
const isMessage = (message: unknown): message is Message =>
  typeof message === 'object' && message !== null && ['id', 'beat', 'ready'].some((key) => key in message);

type Useful = Exclude<Answer, { readonly fault: Fault }>;
type Ended = 'silent' | 'died' | 'cancelled' | 'greedy' | 'waiting';
/** `again`: it may be done again, since nobody outside has noticed that it was begun, and the process ended, or never began, by itself. */
type End = { readonly answer: Answer } | { readonly ended: Ended; readonly row: number; readonly again: boolean };

const ends: Readonly<Record<Exclude<Ended, 'cancelled'>, readonly [ErrorCode, string]>> = {
  silent: ['hook.timeout', 'it took too long and its process was ended'],
  died: ['hook.lost', 'the process that ran it has ended'],
  greedy: ['hook.fetch', 'the hooks of this import ask the network for too much'],
  waiting: ['hook.timeout', 'it waited too long for the network'],
};

export class Sandbox implements AsyncDisposable {
  readonly limits: HookLimits;
  readonly #errands: Errands;
  readonly #signal: AbortSignal | undefined;
  #child: ChildProcess | undefined;
  #twin: Sandbox | undefined;
  #asked = 0;
  #spentMs = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** An aborted `signal` ends the process and the hook in it with `run.cancelled`. `fetch` = how hooks reach the network; absent = not at all. */
  constructor(limits: HookLimits = defaultHookLimits, signal?: AbortSignal, fetch?: HookFetch | Errands) {
    this.limits = limits;
    this.#errands = fetch instanceof Errands ? fetch : new Errands(limits, fetch);
    this.#signal = signal;
  }

  /** Another process for the same import: what does not depend on each other is done side by side. */
  get twin(): Sandbox {
    return (this.#twin ??= new Sandbox(this.limits, this.#signal, this.#errands));
  }

  /** Starts the process, which takes a while, before there is something to run. */
  wake(): void {
    if (!this.#signal?.aborted) this.#child ??= this.#start();
  }

  /** Throws `hook.invalid` where the source of a hook does not evaluate to a function. */
  async check(hook: Hook): Promise<void> {
    await this.run(hook, undefined, []);
  }

  /**
   * The text that the entry gave, or the fields that must cross too. `indexes`: of the rows of the batch, for errors. One hook runs at a
   * time. Throws `HookError`s, and `run.cancelled`.
   */
  async run(hook: Hook, run: Ask['run'], indexes: readonly number[]): Promise<Useful> {
    const { sourceLength, importMs } = this.limits;
    if (hook.source.length > sourceLength)
      throw new HookError('hook.invalid', hook, `its source has more than ${sourceLength} characters`);
    const turn = this.#last.then(async () => {
      if (this.#spentMs > importMs) throw new HookError('hook.timeout', hook, `all hooks together took more than ${importMs} ms`);
      const begun = performance.now();
      try {
        const ask = this.#askOf(hook, run);
        const end = await this.#exchange(ask);
        // The machine may have ended the process, or had no time to start it: what one batch does can be done once more.
        return 'ended' in end && end.again ? await this.#exchange(ask) : end;
      } finally {
        this.#spentMs += performance.now() - begun;
      }
    });
    this.#last = turn.catch(() => undefined);
    return this.#judge(hook, await turn, indexes);
  }

  #askOf({ source }: Hook, run: Ask['run']): Ask {
    const { rowMs, callMs, batchMs, memoryBytes, outputLength } = this.limits;
    const totalMs = run?.entry === 'runRows' ? batchMs : callMs;
    return {
      id: (this.#asked += 1),
      source,
      ...(run && { run }),
      network: this.#errands.open,
      rowMs,
      totalMs,
      memoryBytes,
      outputLength,
    };
  }

  #judge(hook: Hook, end: End, indexes: readonly number[]): Useful {
    if ('answer' in end) {
      const { answer } = end;
      if (!('fault' in answer)) return answer;
      const [code, what] = words[answer.fault];
      throw new HookError(code, hook, what, { row: indexes[answer.row], said: answer.said });
    }
    if (end.ended === 'cancelled') throw new HeadgateError('run.cancelled', 'running hooks: stopped on request');
    const [code, what] = ends[end.ended];
    throw new HookError(code, hook, what, { row: indexes[end.row] });
  }

  #exchange(ask: Ask): Promise<End> {
    const child = (this.#child ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<End>();
    const { silenceMs, startMs } = this.limits;
    let row = -1;
    let hasAsked = false;
    const over = new AbortController();
    const end = (ended: Ended) => (): void => {
      if (this.#child === child) this.#child = undefined;
      child.kill('SIGKILL');
      const isOurs = ended === 'died' || (ended === 'silent' && !started.has(child));
      resolve({ ended, row, again: isOurs && !hasAsked });
    };
    const [died, cancelled, silent] = [end('died'), end('cancelled'), end('silent')];
    const fetching = this.#fetching(child, over.signal, { greedy: end('greedy'), waiting: end('waiting') });
    let silence = setTimeout(silent, started.has(child) ? silenceMs : startMs);
    const heard = (message: unknown): void => {
      if (!isMessage(message)) return;
      clearTimeout(silence);
      if ('wants' in message) {
        hasAsked = true;
        // It waits for us: its silence means nothing, until it is heard again.
        void fetching(message.wants).then(() => {
          clearTimeout(silence);
          if (!over.signal.aborted) silence = setTimeout(silent, silenceMs);
        });
        return;
      }
      if ('id' in message && message.id === ask.id) {
        resolve({ answer: message });
        if ('fault' in message && final.has(message.fault)) died();
        return;
      }
      if ('beat' in message) row = message.beat;
      silence = setTimeout(silent, silenceMs);
    };
    child.on('message', heard).once('exit', died).once('error', died);
    this.#signal?.addEventListener('abort', cancelled, { once: true });
    if (this.#signal?.aborted) cancelled();
    else child.send(ask, (error) => error && died());
    return promise.finally(() => {
      over.abort();
      clearTimeout(silence);
      child.off('message', heard).off('exit', died).off('error', died);
      this.#signal?.removeEventListener('abort', cancelled);
    });
  }

  /** Does what one call asks of the network. Never throws: `ends` say what was too much. */
  #fetching(
    child: ChildProcess,
    over: AbortSignal,
    ends: { greedy(): void; waiting(): void },
  ): (wants: readonly string[]) => Promise<void> {
    let waited = 0;
    return async (wants) => {
      const begun = performance.now();
      const late = setTimeout(ends.waiting, this.limits.fetchWaitMs - waited);
      const answers = await this.#errands.run(wants, over);
      clearTimeout(late);
      waited += performance.now() - begun;
      if (over.aborted) return;
      if (answers) child.send({ answers } satisfies Fetched, (error) => error && child.kill('SIGKILL'));
      else ends.greedy();
    };
  }

  #start(): ChildProcess {
    const { file, args } = confined(this.limits);
    const child = spawn(file, args, { env: {}, cwd: '/', serialization: 'json', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.once('message', () => started.add(child));
    const gone = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('exit', gone).on('error', gone);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#twin?.[Symbol.asyncDispose]();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  }
}

/** Children that have said that they are there. */
const started = new WeakSet<ChildProcess>();
