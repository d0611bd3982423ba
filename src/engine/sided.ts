/** Whose failure it is: what a source throws says so, wherever it comes up. */
import { HeadgateError } from '../domain/error.ts';
import type { Connection, Source } from '../sdk/index.ts';

type SourceFacts = NonNullable<Connection['source']>;

export function sided(facts: SourceFacts): SourceFacts {
  return { ...facts, open: async (context) => watched(await marking(facts.open(context))) };
}

/** All methods as they are; what they throw, at once or while it is read, is marked. */
function watched(source: Source): Source {
  return new Proxy(source, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...parameters: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, parameters);
        if (result instanceof Promise) return marking(result);
        return isStream(result) ? passedOn(result) : result;
      };
    },
  });
}

async function marking<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw marked(error);
  }
}

async function* passedOn(stream: AsyncIterable<unknown>): AsyncGenerator {
  try {
    yield* stream;
  } catch (error) {
    throw marked(error);
  }
}

function marked(error: unknown): unknown {
  if (error instanceof HeadgateError) error.side = 'source';
  return error;
}

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
