/** `headgate runs rejects` and `replay`: refused rows out of a server, corrected ones in. */
import { readFile, writeFile } from 'node:fs/promises';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import type { Input } from '../../client/client.ts';
import type { Connected } from '../client.ts';
import type { World } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import { headerLine, layout, rowLine } from '../render/table.ts';

export interface OneRun {
  readonly client: Connected;
  /** Its id. */
  readonly run: string;
  readonly file: string | undefined;
  readonly table: { readonly table?: string };
  readonly world: World;
}

/** On the terminal with their reasons, or as rows into a file. */
export async function showRejects({ client, run, file, table, world: { terminal } }: OneRun): Promise<ExitCode> {
  if (file !== undefined) {
    const rows = await client.text('runs.rejects.csv', { run, form: 'rows', ...table });
    await writeFile(file, rows).catch((error: unknown) => {
      throw asHeadgateError(error, `writing ${file}`);
    });
    await terminal.result(`the refused rows are in ${file}`);
    return exit.done;
  }
  const names = ['table', 'line', 'row', 'field', 'code', 'reason', 'value'] as const;
  const titles = names.map((title) => ({ title }));
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await client.call('runs.rejects', { run, limit: 200, ...table, ...(cursor !== undefined && { cursor }) });
    if (terminal.json) for (const reject of page.data) await terminal.record('reject', { ...reject });
    else if (page.data.length > 0) {
      const rows = page.data.map((reject) => names.map((name) => textOf(reject[name])));
      const shape = layout(titles, rows, terminal.width);
      const head = cursor === undefined ? [headerLine(shape, terminal.paint)] : [];
      await terminal.result([...head, ...rows.map((row) => rowLine(shape, row))].join('\n'));
    }
    cursor = page.next_cursor;
  }
  return exit.done;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' || typeof value === 'number' ? String(value) : null);

/** Resolves to the id of the run that brings them in. */
export async function replayFile({ client, run, file, table }: OneRun): Promise<string> {
  if (file === undefined) throw new HeadgateError('usage.arguments', 'runs replay: name the file with the corrected rows');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw asHeadgateError(error, `reading ${file}`);
  });
  const rows = /\.(ndjson|jsonl)$/i.test(file) ? { rows: jsonLines(text, file) } : { csv: text };
  return (await client.call('runs.replay', { run, ...rows, ...table })).id;
}

type Rows = NonNullable<Input<'runs.replay'>['rows']>;

/** Throws `file.format`. */
function jsonLines(text: string, file: string): Rows {
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Rows[number]); // the server checks it
  } catch (cause) {
    throw new HeadgateError('file.format', `reading ${file}: a line is no JSON`, { cause });
  }
}
