/** What people are told about, and what follows from an attempt to tell them. Pure. */
import type { RunState } from './run.ts';

export const eventKinds = {
  'run.succeeded': 'a run has ended well',
  'run.with_rejects': 'a run has ended well, and refused rows',
  'run.failed': 'a run has failed, after all its attempts',
  'run.held': 'a run waits for a person: it would delete suspiciously much',
  'run.stalled': 'a run has not ended for a long time',
  'import.completed': 'an import of a file has come to its end: its rows are there',
  'import.needs_review': 'an import of a file waits for a person',
  'import.failed': 'an import of a file has failed',
  'webhook.disabled': 'a subscription was given up: nothing could be delivered for days',
  'webhook.test': 'somebody asked for a test; only the subscription that was asked about gets it',
  'mail.asked': 'somebody wants certain people to get one mail; only they get it',
  'disk.budget': 'what is kept takes more of the disk than its budget',
} as const;

export type EventKind = keyof typeof eventKinds;

/** Of one run that has come to this state; none for what a person did, or what goes on by itself. */
export function kindsOfEnd(state: RunState, rejected: number): readonly EventKind[] {
  if (state === 'failed') return ['run.failed'];
  if (state === 'needs_review') return ['run.held'];
  if (state !== 'succeeded') return [];
  return rejected > 0 ? ['run.succeeded', 'run.with_rejects'] : ['run.succeeded'];
}

/** Of an import whose run has come to this state; `held`: a person has to decide something. */
export function importKind(state: RunState, held: boolean): EventKind | undefined {
  if (state === 'failed') return 'import.failed';
  if (state !== 'succeeded') return undefined;
  return held ? 'import.needs_review' : 'import.completed';
}

/** Seconds between the attempts of one delivery: three days in all. */
const usualWaits = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;
/** A target that nothing reached for so long is given up. */
const givenUpMs = 3 * 86_400_000;
const longestHoldMs = 300_000;

export interface Attempted {
  readonly ok: boolean;
  /** The target says that it wants no more. */
  readonly gone: boolean;
  /** Seconds between the attempts of one delivery; absent = the usual ones. */
  readonly waits?: readonly number[];
}

/** How the target has fared: attempts that failed since the last one that did not, and since when. */
export interface Health {
  readonly failures: number;
  readonly failing_since: Date | null;
}

export interface Verdict {
  readonly delivery: { readonly state: 'delivered' | 'failed' } | { readonly state: 'waiting'; readonly due: Date };
  readonly target: Health & {
    /** Nothing else is tried there before: one dead target does not get thousands of attempts. */
    readonly hold_until: Date | null;
    readonly disabled: boolean;
  };
}

/** `attempt` counts the one that was just made; `random` is from 0 to 1. */
export function verdict(made: Attempted, attempt: number, health: Health, now: Date, random: number): Verdict {
  if (made.ok) {
    const target = { failures: 0, failing_since: null, hold_until: null, disabled: false };
    return { delivery: { state: 'delivered' }, target };
  }
  const failures = health.failures + 1;
  const failing_since = health.failing_since ?? now;
  const disabled = made.gone || now.getTime() - failing_since.getTime() >= givenUpMs;
  const after = (ms: number): Date => new Date(now.getTime() + ms);
  const target = { failures, failing_since, disabled, hold_until: after(Math.min(longestHoldMs, 5000 * 2 ** (failures - 1))) };
  const wait = (made.waits ?? usualWaits)[attempt - 1];
  if (wait === undefined || disabled) return { delivery: { state: 'failed' }, target };
  return { delivery: { state: 'waiting', due: after(wait * 1000 * (0.9 + random / 5)) }, target };
}
