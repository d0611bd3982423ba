/** What results and errors mean for the process. docs/cli.md lists the codes. */
import type { Receipt } from '../domain/receipt.ts';

export const exit = { done: 0, failed: 1, usage: 2, rejects: 3, newer: 4, held: 8, interrupted: 130 } as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/** From best to worst: the exit code of several streams is that of the worst. */
const severity: readonly ExitCode[] = [exit.done, exit.rejects, exit.held, exit.failed, exit.newer, exit.usage, exit.interrupted];

export function worst(codes: readonly ExitCode[]): ExitCode {
  return severity.findLast((code) => codes.includes(code)) ?? exit.done;
}

export function exitCodeOf({ code }: { readonly code: string }): ExitCode {
  if (code.startsWith('usage.')) return exit.usage;
  if (code === 'run.cancelled') return exit.interrupted;
  if (code.endsWith('.newer')) return exit.newer;
  return code === 'publish.held' ? exit.held : exit.failed;
}

export function exitCodeOfReceipt({ state, rejected, error }: Pick<Receipt, 'state' | 'rejected' | 'error'>): ExitCode {
  if (state === 'succeeded') return rejected > 0 ? exit.rejects : exit.done;
  if (state === 'needs_review') return exit.held;
  if (state === 'cancelled') return exit.interrupted;
  return error ? exitCodeOf(error) : exit.failed;
}
