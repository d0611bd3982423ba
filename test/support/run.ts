import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Json } from '../../src/domain/json.ts';
import './left-behind.ts';

export interface RunOptions {
  /** On top of this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Becomes `--state-dir`. */
  readonly stateDir?: string;
  /** Sends SIGINT, as Ctrl-C would. */
  readonly signal?: AbortSignal;
  /** What the command reads from stdin; absent = nothing. */
  readonly input?: string | Uint8Array;
  /** Another Node to run under; absent = the one of this process. */
  readonly node?: string;
}

export interface RunResult {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly killed: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout that are JSON objects, in order: what `--json` prints. */
  readonly json: readonly { readonly [key: string]: Json }[];
}

const command = join(import.meta.dirname, '../../bin/headgate.js');

function jsonLines(text: string): RunResult['json'] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  // A line that starts with a brace and parses is an object.
  return lines.map((line) => JSON.parse(line) as { readonly [key: string]: Json });
}

/** Starts the command as a child; `done` resolves when it has ended, however it ended. */
export function launch(args: readonly string[], options: RunOptions = {}): { child: ChildProcess; done: Promise<RunResult> } {
  const state = options.stateDir === undefined ? [] : ['--state-dir', options.stateDir];
  const child = spawn(options.node ?? process.execPath, [command, ...args, ...state], {
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // The command may end without having read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const interrupt = (): void => void child.kill('SIGINT');
  options.signal?.addEventListener('abort', interrupt, { once: true });
  const done = new Promise<RunResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killed) => {
      options.signal?.removeEventListener('abort', interrupt);
      resolve({ code, killed, stdout, stderr, json: jsonLines(stdout) });
    });
  });
  return { child, done };
}

/** Runs `headgate` with these arguments to its end. */
export function headgate(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return launch(args, options).done;
}
