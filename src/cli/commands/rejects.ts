/** `headgate runs rejects` and `replay`: refused rows out of a server, corrected ones in. */
import { readFile, writeFile } from 'node:fs/promises';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import type { Client, Reply } from '../client.ts';
import type { World } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Values } from '../options.ts';
import { headerLine, layout, rowLine } from '../render/table.ts';

export interface OneRun {
  readonly client: Client;
  /** `/runs/run_…` */
  readonly path: string;
  readonly file: string | undefined;
  readonly values: Values;
  readonly world: World;
}

const query = (values: Values): string => (values.table === undefined ? '' : `&table=${encodeURIComponent(values.table)}`);

/** On the terminal with their reasons, or as rows into a file. */
export async function showRejects({ client, path, file, values, world: { terminal } }: OneRun): Promise<ExitCode> {
  if (file !== undefined) {
    const rows = await client.text(`${path}/rejects.csv?form=rows${query(values)}`);
    await writeFile(file, rows).catch((error: unknown) => {
      throw asHeadgateError(error, `writing ${file}`);
    });
    await terminal.result(`the refused rows are in ${file}`);
    return exit.done;
  }
  const names = ['table', 'line', 'row', 'field', 'code', 'reason', 'value'];
  for (let cursor = ''; ;) {
    const { data, next_cursor } = await client.ask('GET', `${path}/rejects?limit=200${query(values)}${cursor}`);
    const rejects = data as readonly Reply[]; // by the API document
    if (terminal.json) for (const reject of rejects) await terminal.record('reject', reject);
    else if (rejects.length > 0) {
      const rows = rejects.map((reject) => names.map((name) => textOf(reject[name])));
      const table = layout(
        names.map((title) => ({ title })),
        rows,
        terminal.width,
      );
      const head = cursor === '' ? [headerLine(table, terminal.paint)] : [];
      await terminal.result([...head, ...rows.map((row) => rowLine(table, row))].join('\n'));
    }
    if (typeof next_cursor !== 'string') return exit.done;
    cursor = `&cursor=${encodeURIComponent(next_cursor)}`;
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' || typeof value === 'number' ? String(value) : null);

/** Resolves to the id of the run that brings them in. */
export async function replayFile({ client, path, file, values }: OneRun): Promise<string> {
  if (file === undefined) throw new HeadgateError('usage.arguments', 'runs replay: name the file with the corrected rows');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw asHeadgateError(error, `reading ${file}`);
  });
  const rows = /\.(ndjson|jsonl)$/i.test(file) ? { rows: jsonLines(text, file) } : { csv: text };
  const { id } = await client.ask('POST', `${path}/replay`, {
    ...rows,
    ...(values.table !== undefined && { table: values.table }),
  });
  return String(id);
}

/** Throws `file.format`. */
function jsonLines(text: string, file: string): readonly unknown[] {
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line): unknown => JSON.parse(line));
  } catch (cause) {
    throw new HeadgateError('file.format', `reading ${file}: a line is no JSON`, { cause });
  }
}
