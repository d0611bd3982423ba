/** Sums on a thread of their own: with many uploads at once they are half of the work, and nobody else should wait for them. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HeadgateError } from '../../domain/error.ts';
import type { Answer, Question } from './summing-thread.ts';
import type { ChecksumName, Checksums } from './sums.ts';

/** One at a time: `update` resolves when it can take more. */
export interface Summing extends AsyncDisposable {
  update(data: Uint8Array): Promise<void>;
  /** Of all that was given, at its end. */
  digests(): Promise<Checksums>;
}

export function openSumming(names: readonly ChecksumName[]): Summing {
  const thread = (current ??= new Thread());
  return thread.open(names);
}

let current: Thread | undefined;

/** Started by the first upload, and kept: it holds the process only while somebody sums. */
class Thread {
  readonly #worker: Worker;
  /** The answers of each that are still to come, in the order of its questions. */
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>[]>();
  #ids = 0;

  constructor() {
    this.#worker = new Worker(new URL(`./summing-thread${extname(import.meta.url)}`, import.meta.url), {
      // What it is given is garbage at once.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
      execArgv: [],
    });
    this.#worker.on('message', (answer: Answer) => this.#waiting.get(answer.id)?.shift()?.resolve(answer)); // our own thread's
    const gone = (): void => {
      if (current === this) current = undefined;
      const lost = new HeadgateError('internal.unexpected', 'summing bytes: the thread that does it has ended');
      for (const one of [...this.#waiting.values()].flat()) one.reject(lost);
    };
    this.#worker.once('error', gone).once('exit', gone);
  }

  open(names: readonly ChecksumName[]): Summing {
    const id = (this.#ids += 1);
    if (this.#waiting.size === 0) this.#worker.ref();
    this.#waiting.set(id, []);
    let before = this.#ask({ id, names });
    const update = async (data: Uint8Array): Promise<void> => {
      const ready = before;
      before = this.#ask({ id, data });
      await ready;
    };
    let ended = false;
    const end = async (how: 'digests' | 'none'): Promise<Checksums> => {
      ended = true;
      try {
        const [, { digests = {} }] = await Promise.all([before, this.#ask({ id, end: how })]);
        return digests;
      } finally {
        this.#waiting.delete(id);
        if (this.#waiting.size === 0) this.#worker.unref();
      }
    };
    return {
      update,
      digests: async () => await end('digests'),
      async [Symbol.asyncDispose]() {
        if (!ended) await end('none').catch(() => undefined);
      },
    };
  }

  #ask(question: Question): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>();
    // Whoever asks next hears of it.
    answer.promise.catch(() => undefined);
    this.#waiting.get(question.id)?.push(answer);
    if ('data' in question) {
      // Of its own: what is around these bytes in memory stays here, and these are still to be stored.
      const data = new Uint8Array(question.data);
      this.#worker.postMessage({ ...question, data } satisfies Question, [data.buffer]);
    } else this.#worker.postMessage(question);
    return answer.promise;
  }
}
