export const runStates = ['queued', 'running', 'retrying', 'needs_review', 'succeeded', 'failed', 'cancelled'] as const;

export type RunState = (typeof runStates)[number];

const resting: ReadonlySet<string> = new Set(['needs_review', 'succeeded', 'failed', 'cancelled'] satisfies readonly RunState[]);

/** Does nothing more happen to a run in this state by itself? */
export const isAtRest = (state: string): boolean => resting.has(state);
