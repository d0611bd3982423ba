import type { Values } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Exit codes of the process, in words. docs/cli.md lists them. */
export const exit = { done: 0, failed: 1, usage: 2, rejects: 3, held: 8, interrupted: 130 } as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/** From best to worst: the exit code of several streams is that of the worst. */
const severity: readonly ExitCode[] = [exit.done, exit.rejects, exit.held, exit.failed, exit.usage, exit.interrupted];

export function worst(codes: readonly ExitCode[]): ExitCode {
  return severity.findLast((code) => codes.includes(code)) ?? exit.done;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Values;
}

/** What a command may use of the process. */
export interface World {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first Ctrl-C, with a `run.cancelled` error as its reason. */
  readonly signal: AbortSignal;
  readonly debug: boolean;
  /** Where the embedded warehouse and temporary parts live; absolute. */
  readonly stateDir: string;
}

/** Runs a command. Throws HeadgateError for what stops it as a whole. */
export type Command = (args: Arguments, world: World) => Promise<ExitCode>;
