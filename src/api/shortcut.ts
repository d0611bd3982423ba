/** Bodies and ends of requests from their sockets: the same through the objects of the web costs several times as much for each byte. */
import { IncomingMessage, ServerResponse } from 'node:http';

export interface Shortcut {
  /** The bytes of the body; nobody else may have asked for them. */
  body(): AsyncIterable<Uint8Array>;
  /** Aborted when the client goes before it has its answer. */
  readonly signal: AbortSignal;
}

/** Undefined where there is no socket, or its server is not the usual one. `env` = what the server hands on beside the request. */
export function shortcutOf(env: unknown): Shortcut | undefined {
  if (typeof env !== 'object' || env === null || !('incoming' in env) || !('outgoing' in env)) return undefined;
  const { incoming, outgoing } = env;
  if (!(incoming instanceof IncomingMessage) || !(outgoing instanceof ServerResponse)) return undefined;
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  return { body: () => ({ [Symbol.asyncIterator]: () => new Chunks(incoming) }), signal: gone.signal };
}

/** Bytes that wait for their reader at most, before the socket is no longer read. */
const most = 1 << 18;

type Result = IteratorResult<Uint8Array, undefined>;

/**
 * What comes from the socket, as it comes: no chunk is copied, and while one is being asked for none waits. Throws where the sender is gone
 * before the end. Whoever stops reading still wants to answer: the request is left as it is then.
 */
class Chunks implements AsyncIterator<Uint8Array, undefined> {
  readonly #from: IncomingMessage;
  readonly #came: Uint8Array[] = [];
  #size = 0;
  #end: { readonly error?: Error } | undefined;
  #asked: PromiseWithResolvers<Result> | undefined;

  constructor(from: IncomingMessage) {
    this.#from = from;
    from.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
  }

  async next(): Promise<Result> {
    const value = this.#came.shift();
    if (value) {
      this.#size -= value.length;
      if (this.#size < most / 2 && this.#from.isPaused()) this.#from.resume();
      return { done: false, value };
    }
    if (this.#end?.error) throw this.#end.error;
    if (this.#end) return { done: true, value: undefined };
    this.#asked = Promise.withResolvers<Result>();
    return await this.#asked.promise;
  }

  async return(): Promise<Result> {
    this.#from.off('data', this.#onData).pause();
    this.#came.length = 0;
    this.#onEnd();
    return { done: true, value: undefined };
  }

  #onData = (value: Uint8Array): void => {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked) return asked.resolve({ done: false, value });
    this.#came.push(value);
    this.#size += value.length;
    if (this.#size >= most) this.#from.pause();
  };

  #onEnd = (): void => {
    this.#end ??= {};
    this.#asked?.resolve({ done: true, value: undefined });
  };

  #onError = (error: Error): void => {
    this.#end ??= { error };
    this.#asked?.reject(error);
  };

  #onClose = (): void => this.#onError(new Error('the sender is gone'));
}
