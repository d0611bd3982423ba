/** Why a request got no answer of its own, and how far it came: vocabularies differ in both. */
import { asHeadgateError, type HeadgateError } from '../domain/error.ts';

/**
 * In the order in which requests are judged: is there such a path, such a method; a valid key or link; not too often; a
 * sufficient scope; a workspace; the objects that the path names; the query; the body; then the work itself, and our answer.
 */
export type Step =
  'path' | 'method' | 'key' | 'link' | 'rate' | 'scope' | 'workspace' | 'object' | 'query' | 'body' | 'work' | 'answer';

export interface Refusal {
  readonly at: Step;
  readonly error: HeadgateError;
  readonly requestId: string;
  /** Absent = there is no such path or method. */
  readonly route?: string;
  /** Seconds, at `rate`. */
  readonly retryAfter?: number;
  /** At `method`: those that the path knows. */
  readonly allow?: readonly string[];
}

/** Carries the step outwards; the innermost is the one that counts. */
export class Refused extends Error {
  readonly at: Step;
  readonly error: HeadgateError;
  /** Seconds, where it is not the limit of the key that was reached. */
  readonly retryAfter: number | undefined;

  constructor(at: Step, error: HeadgateError, retryAfter?: number) {
    super(error.message, { cause: error });
    this.at = at;
    this.retryAfter = retryAfter;
    this.error = error;
  }
}

export async function step<T>(at: Step, doing: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(at, asHeadgateError(error, doing));
  }
}
