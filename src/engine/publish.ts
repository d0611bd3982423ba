import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../domain/error.ts';
import type { Connection, Context, Destination, PublishRequest, PublishResult } from '../sdk/index.ts';

/** Waits before a publish is tried on a new connection: enough for a database to restart. */
const pauses = [100, 500, 1500, 3000];

/** A destination that can be opened again when its connection breaks. */
export class DestinationHandle implements AsyncDisposable {
  readonly #connection: NonNullable<Connection['destination']>;
  readonly #context: Context;
  #open: Destination;

  private constructor(connection: NonNullable<Connection['destination']>, context: Context, open: Destination) {
    this.#connection = connection;
    this.#context = context;
    this.#open = open;
  }

  static async open(connection: NonNullable<Connection['destination']>, context: Context): Promise<DestinationHandle> {
    return new DestinationHandle(connection, context, await connection.open(context));
  }

  get current(): Destination {
    return this.#open;
  }

  /**
   * Publishes once, whatever happens to the answer. When the connection dies inside a publish nobody knows whether its
   * transaction was committed; the same request on a new connection finds its token in the ledger, or publishes.
   */
  async publish(request: PublishRequest): Promise<PublishResult> {
    for (const pause of pauses) {
      try {
        return await this.#open.publish(request);
      } catch (error) {
        if (!(error instanceof HeadgateError) || error.code !== 'connect.lost') throw error;
        this.#context.log.warn('the connection broke while publishing; asking the ledger on a new one', { token: request.token });
        await wait(pause, undefined, { signal: this.#context.signal });
        await this.#reopen();
      }
    }
    return this.#open.publish(request);
  }

  async #reopen(): Promise<void> {
    try {
      await this[Symbol.asyncDispose]();
      this.#open = await this.#connection.open(this.#context);
    } catch (error) {
      if (!(error instanceof HeadgateError) || error.retry !== 'later') throw error;
      // still down: the next publish fails with connect.lost again, and the next pause is longer
    }
  }

  /** A connection that is already broken has nothing left to close. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#open[Symbol.asyncDispose]();
    } catch (error) {
      if (!(error instanceof HeadgateError) || error.code !== 'connect.lost') throw error;
    }
  }
}
