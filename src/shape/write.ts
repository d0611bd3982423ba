/** The scan that judges the rows of a pass and writes them. */
import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { asHeadgateError } from '../domain/error.ts';
import { misfit } from '../sdk/duck-sql.ts';
import { isWireCsv } from '../sdk/file-bytes.ts';
import type { Duck, FileRef, FormatName, StageTable } from '../sdk/index.ts';
import { refs, type Lenient } from './document.ts';
import { judgedWords, type Judged } from './judge.ts';
import { copyStatement, insertStatement, isText, type Marked, type OutputColumn } from './output.ts';
import type { Pass, Prepared, Shaping } from './pass.ts';
import { passThrough, verdictSql } from './pass-through.ts';
import { pour } from './pour.ts';
import { recordSql, refusal, refusedJson, type Aside } from './rejects.ts';
import { Splitter } from './split.ts';

/** Where the rows go: a document, piece by piece, or a table. */
export type Outlet = { readonly format: FormatName; take(data: Uint8Array): Promise<void> } | StageTable;

/** What a rule of level `warning` or `info` found, and in how many rows. */
export interface Warned {
  readonly what: string;
  readonly rows: number;
}

interface Written {
  readonly rows: number;
  readonly warned: readonly Warned[];
}

interface Step extends Shaping {
  readonly outlet: Outlet;
  /** Do the file's own records fit the outlet? */
  readonly passThrough?: boolean;
  readonly rejects: { readonly limit: number; readonly records?: boolean };
}

/** The first row that is refused ends the scan. */
const stop = `cast(error('${misfit}') as BOOLEAN)`;

type Opened = Pass & { readonly lenient?: Lenient };

export const passesMarked = (outlet: Outlet): boolean => 'take' in outlet && isText(outlet.format);

/** Writes the rows that nothing refuses, and counts the others where they may be. */
export async function writeGood(
  duck: Duck,
  step: Step,
  prepared: Prepared,
  pass: Opened,
): Promise<Written & { readonly refused: number }> {
  const judging = judge(pass, pass.from, step.rejects.limit === 0 ? stop : `nextval('refused_rows') > 0`);
  await duck.run(judging.begin);
  const from = `${judging.from} where not "$refused"`;
  const rows = await writeTo(duck, step, prepared, from);
  return { rows, ...(await judging.end(duck)) };
}

/** A file whose records go as they stand, where nothing is wrong with them; absent = rows are written anew. */
export function standing({ outlet, passThrough, input }: Step): FileRef | undefined {
  const [file, ...others] = refs(input);
  const goes = passThrough && 'take' in outlet && outlet.format === 'csv';
  return goes && file && others.length === 0 && isWireCsv(file) ? file : undefined;
}

/** Judges every record and lets the bytes of the good ones through. */
export async function writeStanding(
  duck: Duck,
  step: Step,
  file: FileRef,
  prepared: Prepared,
  pass: Opened,
): Promise<Written & { readonly refused: Aside & { readonly count: number } }> {
  const { outlet } = step;
  if (!('take' in outlet)) throw new Error('a table takes no records');
  const errors = pass.judged.filter(({ level }) => level === 'error');
  const judging = judge(pass, pass.numbered, step.rejects.limit === 0 ? stop : 'true');
  await duck.run(judging.begin);
  const line = refusedJson(errors, pass.lenient, recordSql(step));
  const verdict = verdictSql(prepared.row, prepared.columns.length, '"$refused"', line);
  const passed = await onOneThread(
    duck,
    async () =>
      await passThrough(duck, {
        file,
        verdicts: `select ${verdict} as verdict from ${judging.from}`,
        aside: `${step.scratch}.refused`,
        take: async (data) => await outlet.take(data),
      }),
  );
  const { warned } = await judging.end(duck);
  return { ...passed, warned };
}

/** Writes all rows in one scan and keeps the refused ones from the outlet. */
export async function writeMarked(
  duck: Duck,
  step: Step,
  prepared: Prepared,
  pass: Opened,
): Promise<Written & { readonly refused: Aside }> {
  const mark = `refused ${randomUUID()} `;
  const errors = pass.judged.filter(({ level }) => level === 'error');
  const judging = judge(pass, pass.numbered, 'true');
  await duck.run(judging.begin);
  const marked: Marked = { is: '"$refused"', text: `'${mark}' || ${refusedJson(errors, pass.lenient, recordSql(step))}` };
  const aside = await asideFile(`${step.scratch}.refused`, mark, step);
  try {
    const rows = await onOneThread(
      duck,
      async () => await writeTo(duck, { ...step, outlet: aside.outlet }, prepared, judging.from, marked),
    );
    const { count, ...refused } = await aside.end();
    const { warned } = await judging.end(duck);
    return { rows: rows - count, warned, refused };
  } finally {
    await aside.close();
  }
}

/**
 * For a scan that numbers its rows, which only one thread can do. Given a second one, DuckDB lets either do it; where that is not
 * the thread that asked, this one looks for work in a loop until all is done: 3.3 or 7 CPU seconds for the same million rows.
 */
async function onOneThread<T>(duck: Duck, work: () => Promise<T>): Promise<T> {
  // An engine that reads only some folders takes no settings any more: the second thread is the price of that.
  const [[locked] = []] = await duck.rows(`select current_setting('lock_configuration')::varchar`);
  if (locked === 'true') return await work();
  await duck.run('set threads = 1');
  const done = await work();
  // Not where it failed: nothing else is asked of an engine that did.
  await duck.run('reset threads');
  return done;
}

/** The outlet with a splitter before it, which puts refused rows into a file. */
async function asideFile(path: string, mark: string, { outlet }: Step) {
  if (!('take' in outlet)) throw new Error('a table takes no marked rows');
  const splitter = new Splitter(mark, outlet.format === 'csv');
  const file = await open(path, 'w').catch((error: unknown) => {
    throw asHeadgateError(error, `writing refused rows to ${path}`);
  });
  let [count, longest] = [0, 0];
  const take = async (data: Uint8Array): Promise<void> => {
    const { good, refused } = splitter.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    count += refused.length;
    for (const line of refused) longest = Math.max(longest, Buffer.byteLength(line));
    if (refused.length > 0) await file.writeFile(`${refused.join('\n')}\n`);
    if (good.length > 0) await outlet.take(good);
  };
  return {
    outlet: { format: outlet.format, take },
    end: async (): Promise<Aside & { readonly count: number }> => {
      const held = splitter.end();
      if (held.length > 0) await outlet.take(held);
      return { path, longest, count };
    },
    close: () => file.close(),
  };
}

async function writeTo(
  duck: Duck,
  { outlet, scratch, schema }: Step,
  { row }: Prepared,
  from: string,
  marked?: Marked,
): Promise<number> {
  const { fields } = schema;
  if ('table' in outlet) {
    const values = outlet.types.map((native, at) => row.value(at, native));
    return await duck.run(insertStatement(outlet.table, values, from));
  }
  const { format } = outlet;
  const columns = fields.map((field, at): OutputColumn => ({ field, text: row.wire(at) }));
  return await pour({
    path: `${scratch}.shaped`,
    forwards: isText(format),
    write: async (path) => await duck.run(copyStatement(format, path, columns, from, marked)),
    take: async (data) => await outlet.take(data),
  });
}

/**
 * The rows of a pass with `$refused`, found in the scan that writes: a sequence that steps where a row is refused or warned about
 * is a counter that SQL has. `refuse` = what happens to a refused row, as a boolean expression.
 */
function judge({ judged, lenient }: Opened, rows: string, refuse: string) {
  const errors = judged.filter(({ level }) => level === 'error');
  const warnings = judged.filter(({ level }) => level !== 'error');
  const counters = ['refused_rows', ...warnings.map((_, at) => `warned_${at}`)];
  const steps = warnings.map(({ found }, at) => `coalesce(case when ${found} then nextval('warned_${at}') end, 0)`);
  const warned = steps.length === 0 ? '' : `, ${steps.join(' + ')} as "$warned"`;
  // Looked at first, for every row: else the counters would step for some of them only, or for none.
  const counted = steps.length === 0 ? '' : `when "$warned" < 0 then null `;
  const refused = `case ${counted}when ${refusal(errors, lenient)} then ${refuse} else false end as "$refused"`;
  return {
    begin: counters.map((name) => `create or replace temp sequence ${name}`).join('; '),
    from: `(select *, ${refused} from (select *${warned} from ${rows}))`,
    end: async (duck: Duck): Promise<{ readonly refused: number; readonly warned: readonly Warned[] }> => {
      const [counts = []] = await duck.rows(`select ${counters.map((name) => `nextval('${name}') - 1`).join(', ')}`);
      const [refusedRows = 0, ...times] = counts.map(Number);
      const told = warnings.map((one: Judged, at): Warned => ({ what: judgedWords(one), rows: times[at] ?? 0 }));
      return { refused: refusedRows, warned: told.filter((one) => one.rows > 0) };
    },
  };
}
