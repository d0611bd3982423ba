/**
 * Token buckets, in memory: a restart fills them, which harms nobody, and a request costs no write. Each process has its own, so
 * several API processes let through that many times the limit.
 */
export interface Taken {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until there is a token again; 0 = there is one. */
  readonly retryAfter: number;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Milliseconds since some moment; it only grows, whatever happens to the time of day. */
export type Ticks = () => number;

/** Whoever sends more than this many ids in a minute is no reason to remember more. */
const mostBuckets = 10_000;

/** `perMinute` tokens fit in, and flow in again evenly. `nowMs` only grows. Pure. */
export function take(
  bucket: Bucket | undefined,
  perMinute: number,
  nowMs: number,
): { readonly next: Bucket; readonly taken: Taken } {
  const perMs = perMinute / 60_000;
  const full = bucket === undefined ? perMinute : Math.min(perMinute, bucket.tokens + (nowMs - bucket.at) * perMs);
  const allowed = full >= 1;
  const tokens = allowed ? full - 1 : full;
  const retryAfter = tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perMs / 1000);
  return { next: { tokens, at: nowMs }, taken: { allowed, remaining: Math.floor(tokens), retryAfter } };
}

export class RateLimit {
  readonly perMinute: number;
  readonly #ticks: Ticks;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number, ticks: Ticks) {
    this.perMinute = perMinute;
    this.#ticks = ticks;
  }

  /** `perMinute`: where this one has another limit than all others. */
  take(who: string, perMinute = this.perMinute): Taken {
    const { next, taken } = take(this.#buckets.get(who), perMinute, this.#ticks());
    // The one that was used last stands last.
    this.#buckets.delete(who);
    this.#buckets.set(who, next);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > mostBuckets && oldest !== undefined) this.#buckets.delete(oldest);
    return taken;
  }

  /** Is there a token? Without taking it. */
  peek(who: string): Taken {
    return take(this.#buckets.get(who), this.perMinute, this.#ticks()).taken;
  }
}
