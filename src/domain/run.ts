import { z } from 'zod';

export const runStates = ['queued', 'running', 'retrying', 'needs_review', 'succeeded', 'failed', 'cancelled'] as const;

export type RunState = (typeof runStates)[number];

const resting: ReadonlySet<string> = new Set(['needs_review', 'succeeded', 'failed', 'cancelled'] satisfies readonly RunState[]);

/** Does nothing more happen to a run in this state by itself? */
export const isAtRest = (state: string): boolean => resting.has(state);

/** Why there is a run. */
export const runCauses = ['manual', 'schedule', 'after', 'resync', 'replay', 'undo'] as const;

export type RunCause = (typeof runCauses)[number];

/** What a run does instead of the flows of its pipeline: to one table that the run `of` wrote. */
export const runTask = z.strictObject({ kind: z.enum(['replay', 'undo']), of: z.string(), table: z.string() });

export type RunTask = z.output<typeof runTask>;

/** What the end of a run means. `suspicious`: far fewer rows than usual. `skipped`: it ended before its turn came. */
export const outcomes = ['changed', 'nothing_new', 'with_rejects', 'suspicious', 'skipped'] as const;

export type Outcome = (typeof outcomes)[number];
