/** `npm run bench:hooks -- [--rows N] [--rounds N] [--only WORDS]`: hooks over rows in memory, through their process and back, against what is promised. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Change, Rows } from '../src/hooks/cells.ts';
import type { Hooks } from '../src/hooks/hooks.ts';
import { runColumnHooks, runRecordHooks } from '../src/hooks/order.ts';
import { Sandbox } from '../src/hooks/sandbox.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string' }, rounds: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
});

interface Case {
  readonly title: string;
  readonly hooks: Hooks;
  readonly rows: number;
  /** Rows per second that must be reached. */
  readonly floor: number;
  /** Cells that must come back changed, per row. */
  readonly changes: number;
}

const fields = Array.from({ length: 16 }, (_, at) => `field_${at}`);

const cases: readonly Case[] = [
  {
    title: 'column hook: every value anew',
    hooks: {
      columnHooks: [
        {
          fieldName: 'field_1',
          callback: '(values) => values.map(({ index, value }) => ({ index, value: value.trim().toUpperCase() }))',
        },
      ],
    },
    rows: 1_000_000,
    floor: 300_000,
    changes: 1,
  },
  {
    title: 'row hook: two of 16 fields read, one changed',
    hooks: { rowHooks: ['(record) => { record.row.field_2.value = record.row.field_1.value + "!"; return record }'] },
    rows: 200_000,
    floor: 20_000,
    changes: 1,
  },
  {
    title: 'whole-row hook: all 16 fields read, one changed',
    hooks: {
      rowHooks: [
        '(record) => { let length = 0; for (const key of Object.keys(record.row)) length += record.row[key].value.length; record.row.field_2.value = String(length) + record.index; return record }',
      ],
    },
    rows: 200_000,
    floor: 20_000,
    changes: 1,
  },
];

/** Each slice is made when it is asked for: a million rows at hand would make every look of the garbage collector a long one. */
function rowsOf(count: number, change: (changes: readonly Change[]) => void): Rows {
  return {
    count,
    fields,
    manyToOne: new Set(),
    identities: async (from, to) =>
      Array.from({ length: to - from }, (_, at) => ({ index: from + at, rowId: `row-${from + at}` })),
    cells: async (field, from, to) => Array.from({ length: to - from }, (_, at) => `value ${from + at} of ${field}`),
    write: async (changes) => change(changes),
  };
}

async function round({ hooks, changes }: Case, count: number): Promise<number> {
  await using sandbox = new Sandbox();
  let changed = 0;
  const rows = rowsOf(count, (given) => (changed += given.length));
  const begun = performance.now();
  await runColumnHooks(sandbox, hooks, rows);
  await runRecordHooks(sandbox, hooks, rows);
  const seconds = (performance.now() - begun) / 1000;
  if (changed !== count * changes) throw new Error(`${changed} cells came back changed, and not ${count * changes}`);
  return count / seconds;
}

console.log(`${availableParallelism()} cores, Node ${process.versions.node}; starting the process included`);
for (const each of cases.filter(({ title }) => title.includes(values.only))) {
  const speeds: number[] = [];
  const rows = Number(values.rows ?? each.rows);
  for (let at = 0; at < Number(values.rounds); at++) speeds.push(await round(each, rows));
  const median = speeds.sort((a, b) => a - b)[Math.floor(speeds.length / 2)] ?? 0;
  const met = median >= each.floor;
  const said = (speed: number): string => Math.round(speed).toLocaleString('en');
  console.log(
    `${met ? 'met ' : 'MISS'} ${each.title}: ${said(median)} rows/s (${said(speeds[0] ?? 0)}-${said(speeds.at(-1) ?? 0)}) of ${said(rows)} rows, promised ${said(each.floor)}`,
  );
  if (!met) process.exitCode = 1;
}
