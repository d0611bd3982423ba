/** The command line: finds the command, runs it, prints what stopped it. `headgate help` loads nothing heavy. */
import { resolve } from 'node:path';
import { asHeadgateError, type HeadgateError } from '../domain/error.ts';
import type { World } from './command.ts';
import { exit, exitCodeOf, type ExitCode } from './exit.ts';
import { listenForInterrupts } from './interrupt.ts';
import type { Values } from './options.ts';
import { parseCommandLine, type Invocation } from './parse.ts';
import { errorLines, errorRecord } from './render/error.ts';
import { openTerminal, type Terminal, type TerminalOptions } from './terminal.ts';

/** Runs one command line (without node and script). Resolves to the exit code; never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  // Overwrites the arguments in the process list: a location may hold a password.
  process.title = 'headgate';
  const { env } = process;
  let invocation: Invocation;
  try {
    invocation = parseCommandLine(argv);
  } catch (error) {
    const terminal = openTerminal(terminalOptions({ ...(argv.includes('--json') && { json: true }) }, env));
    return report(terminal, asHeadgateError(error, 'reading the command line'), argv.includes('--debug'));
  }
  const { command, values } = invocation;
  const terminal = openTerminal(terminalOptions(values, env));
  const interrupts = listenForInterrupts((text) => terminal.complain(text));
  const stateDir = resolve(values['state-dir'] ?? (env['HEADGATE_STATE_DIR'] || '.headgate'));
  const world: World = { terminal, env, signal: interrupts.signal, debug: values.debug === true, stateDir };
  try {
    const run = await command.load();
    const code = await run(invocation, world);
    return interrupts.signal.aborted ? exit.interrupted : code;
  } catch (error) {
    const cause = interrupts.signal.aborted ? interrupts.signal.reason : error;
    return await report(terminal, asHeadgateError(cause, `running headgate ${command.name}`), world.debug);
  } finally {
    interrupts.stop();
  }
}

function terminalOptions(values: Values, env: World['env']): TerminalOptions {
  return {
    json: values.json === true,
    quiet: values.quiet === true,
    color: !values['no-color'] && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
  };
}

async function report(terminal: Terminal, error: HeadgateError, debug: boolean): Promise<ExitCode> {
  if (terminal.json) await terminal.record('error', errorRecord(error));
  else for (const line of errorLines(error, terminal.notePaint)) terminal.complain(line);
  if (debug) terminal.complain(stackOf(error));
  return exitCodeOf(error);
}

/** The stack with those of its causes; only frames and our own messages, since drivers put values into theirs. */
function stackOf(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
    const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    parts.push([`${cause.name}${code}`, ...frames].join('\n'));
  }
  return parts.join('\ncaused by ');
}
