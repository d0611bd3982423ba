/** How a publish into a SQL database ends when it does not. */
import { HeadgateError } from '../../domain/error.ts';
import type { PublishResult } from '../../sdk/index.ts';

type Held = NonNullable<PublishResult['held']>;

/** The brake's answer: leaves the transaction as an exception, so that nothing of it stays. */
export class HeldPublish extends Error {
  readonly held: Held;

  constructor(held: Held) {
    super('the brake holds this publish');
    this.held = held;
  }
}

/** A server that is away when a publish wants it may be back in a moment: the engine tries again, as after a broken socket. */
export function lostWhilePublishing(error: unknown): never {
  if (!(error instanceof HeadgateError) || error.code !== 'connect.unreachable') throw error;
  throw new HeadgateError('connect.lost', `publishing: ${error.message}`, { cause: error });
}
