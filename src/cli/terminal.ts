/** Where output goes: results to stdout, everything else to stderr. */
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red';
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

export interface TerminalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

export interface Terminal {
  readonly json: boolean;
  readonly quiet: boolean;
  /** For results; `notePaint` is for stderr: each follows its own stream. */
  readonly paint: Paint;
  readonly notePaint: Paint;
  /** Columns to fit results into; absent = not a terminal, so nothing is cut. */
  readonly width?: number;
  /** Columns of stderr; absent = not a terminal, so nothing is redrawn. */
  readonly noteWidth?: number;
  /** A result for people. Waits while the reader is slow. */
  result(text: string): Promise<void>;
  /** A result for programs: `{"type":…}` on a line of its own. */
  record(type: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** A line on stderr, unless quiet. */
  note(text: string): void;
  /** A line on stderr, always. */
  complain(text: string): void;
  /** Lines at the end of stderr that the next drawing, and whatever else is printed, replaces. For terminals only. */
  draw(lines: readonly string[]): void;
  /** From now on results go to stderr, because the rows themselves go to stdout. */
  leaveStdout(): void;
  /** True once nobody reads stdout any more. */
  readonly closed: boolean;
}

type Stream = NodeJS.WriteStream;

export function openTerminal(
  options: TerminalOptions,
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
): Terminal {
  let results = stdout;
  let closed = false;
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) stderr.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  // `headgate query … | head` closes the pipe early: no error, only nobody left to tell.
  stdout.on('error', () => (closed = true));
  stderr.on('error', () => undefined);
  const write = async (text: string): Promise<void> => {
    if (closed && results === stdout) return;
    erase();
    if (!results.write(`${text}\n`)) await drained(results);
  };
  const complain = (text: string): void => {
    erase();
    stderr.write(`${text}\n`);
  };
  const painter = (stream: Stream): Paint => (options.color && stream.isTTY ? coloured : plain);
  return {
    json: options.json,
    quiet: options.quiet,
    paint: painter(stdout),
    notePaint: painter(stderr),
    ...(stdout.isTTY && { width: stdout.columns || 80 }),
    ...(stderr.isTTY && { noteWidth: stderr.columns || 80 }),
    result: write,
    record: (type, fields) => write(JSON.stringify({ type, ...fields })),
    note: (text) => void (options.quiet || complain(text)),
    complain,
    draw: (lines) => {
      erase();
      stderr.write(lines.map((line) => `${line}\n`).join(''));
      drawn = lines.length;
    },
    leaveStdout: () => void (results = stderr),
    get closed() {
      return closed;
    },
  };
}

/** Resolves when the stream takes more, or never will again. */
function drained(stream: Stream): Promise<void> {
  const events = ['drain', 'close', 'error'] as const;
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}
