/** Rows that a derivation refuses, kept like those that were refused on the way: in the flow's file of rejects. */
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { appendFile, open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { RejectCode } from '../domain/derivation.ts';
import { asHeadgateError } from '../domain/error.ts';
import type { Derivation, RefusedRow, TablePublish } from '../sdk/index.ts';
import type { Flow, Session } from './flow.ts';
import type { Plan } from './plan.ts';

type Cell = string | null;
type Entry = Readonly<Record<'file' | 'line' | 'row' | 'field' | 'code' | 'reason' | 'value' | 'record', Cell>>;

/**
 * For one publish, which may be tried again: the rows are kept once. Undefined = nobody keeps refused rows. Throws `disk.full`.
 */
export function refusedKeeper(flow: Flow, plan: Plan, { keepRejects }: Session): TablePublish['refused'] {
  const { file, records = false } = flow.rejects;
  const { derive } = plan.target;
  if (file === undefined || !derive) return undefined;
  let kept = false;
  return async (rows) => {
    if (kept) return;
    const part = `${file}.refused`;
    try {
      const header = await headerOf(file, records);
      await writeEntries(part, header, entries(rows, derive, plan));
      if (!existsSync(file)) await appendFile(file, `${header.join(',')}\n`);
      await pipeline(createReadStream(part), createWriteStream(file, { flags: 'a' }));
    } catch (error) {
      throw asHeadgateError(error, `writing refused rows to ${file}`);
    } finally {
      await rm(part, { force: true });
    }
    await keepRejects?.(flow, true);
    kept = true;
  };
}

/** Of the file that is there, or as it will be. */
async function headerOf(file: string, records: boolean): Promise<readonly string[]> {
  if (!existsSync(file)) return ['line', 'row', 'field', 'code', 'reason', 'value', ...(records ? ['record'] : [])];
  await using handle = await open(file);
  for await (const line of handle.readLines()) return line.split(',');
  return [];
}

async function writeEntries(path: string, header: readonly string[], all: AsyncIterable<Entry>): Promise<void> {
  const out = createWriteStream(path);
  try {
    for await (const entry of all) {
      const cells: Readonly<Record<string, Cell>> = entry;
      if (!out.write(`${header.map((name) => csvCell(cells[name] ?? null)).join(',')}\n`)) await once(out, 'drain');
    }
  } finally {
    out.end();
    await once(out, 'close');
  }
}

/** NULL is nothing, the empty text `""`. */
const csvCell = (text: Cell): string => (text === null ? '' : `"${text.replaceAll('"', '""')}"`);

async function* entries(rows: AsyncIterable<RefusedRow>, derive: Derivation, plan: Plan): AsyncGenerator<Entry> {
  const columns = plan.mappings.map(({ column, target }) => ({
    as: column.as,
    name: target.name,
    hidden: column.mask !== undefined,
  }));
  for await (const { code, values } of rows) {
    const { column, reason } = why(code, derive);
    const at = columns.findIndex(({ name }) => name === column);
    const hidden = columns[at]?.hidden ?? true;
    const shown = columns.flatMap(({ as, hidden: no }, place) => (no ? [] : [[as, values[place] ?? null] as const]));
    yield {
      file: null,
      line: null,
      row: null,
      field: columns[at]?.as ?? null,
      code,
      reason,
      value: hidden ? null : (values[at] ?? null),
      record: JSON.stringify(Object.fromEntries(shown)),
    };
  }
}

/** The column that is to blame, where there is one, and words for people. Pure. */
export function why(code: RejectCode, derive: Derivation): { readonly column?: string; readonly reason: string } {
  switch (code) {
    case 'identity.missing': {
      const column = derive.id ?? derive.identities[0]?.column;
      return { ...(column !== undefined && { column }), reason: 'nobody it is about: no id and no identity has a value' };
    }
    case 'attributes.limit':
      return { reason: `more than ${derive.limits.count} attributes` };
    case 'time.invalid':
      return { ...(derive.time && { column: derive.time.column }), reason: 'no time between the years 1 and 9999' };
  }
}
