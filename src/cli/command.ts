import type { ExitCode } from './exit.ts';
import type { Values } from './options.ts';
import type { Terminal } from './terminal.ts';

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
