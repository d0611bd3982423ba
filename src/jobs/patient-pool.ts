/**
 * The pool as the queue gets it. The queue tries some failures again for hours, but takes a connection that broke for the end of
 * everything, and would end the process with it. Here a database that is away always looks like one that is still starting.
 */
import type { Pool, PoolClient } from 'pg';
import { isAway } from '../store/db.ts';

/** `cannot_connect_now`: what the queue tries again. */
const starting = '57P03';

export function patientPool(pool: Pool): Pool {
  const connect = async (): Promise<PoolClient> => {
    // What is still tried again when the process ends is no longer of interest: a later one does it.
    if (pool.ending) return await new Promise<never>(() => undefined);
    return patientClient(await pool.connect().catch(patiently));
  };
  // With a callback it is the queue's listener, which connects again by itself.
  const either = (callback?: Parameters<Pool['connect']>[0]): unknown => (callback ? pool.connect(callback) : connect());
  return withMember(pool, 'connect', either);
}

function patientClient(client: PoolClient): PoolClient {
  const query = async (...args: Parameters<PoolClient['query']>): Promise<unknown> => {
    // Of its many forms the queue uses the one that answers a promise.
    const answer = client.query(...args) as unknown as Promise<unknown>;
    return await answer.catch(patiently);
  };
  return withMember(client, 'query', query);
}

function patiently(error: unknown): never {
  if (!isAway(error)) throw error;
  throw Object.assign(new Error('the database is away', { cause: error }), { code: starting });
}

/** The same object, but for one of its functions. */
function withMember<T extends object>(target: T, name: keyof T, member: unknown): T {
  return new Proxy(target, {
    get(_, asked) {
      if (asked === name) return member;
      const value: unknown = Reflect.get(target, asked, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
