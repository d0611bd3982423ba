/** `npm run bench:review -- [--rows N] [--edits N]`: a review of many rows: made, looked at, edited, against what is promised. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { definitionOf } from '../src/domain/fields/definition.ts';
import { field } from '../src/domain/fields/forms.ts';
import { runTask, type AssessTask } from '../src/domain/run.ts';
import { buildReview } from '../src/review/build.ts';
import { noChoices } from '../src/review/choices.ts';
import { OpenReview } from '../src/review/open-review.ts';
import { Warehouses } from '../src/warehouse/supervisor.ts';
import { fields, sample } from '../test/review/sample.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, edits: { type: 'string', default: '200' } },
});
const [rows, edits] = [Number(values.rows), Number(values.edits)];
/** Milliseconds that 95 of 100 edits may take. */
const promised = 150;

await using parts = new AsyncDisposableStack();
const folder = parts.adopt(await mkdtemp(join(tmpdir(), 'bench-review-')), async (path) => await rm(path, { recursive: true }));
const warehouses = parts.use(new Warehouses());
const env = { scratch: folder, signal: new AbortController().signal };

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const answer = await work();
  console.log(`${what.padEnd(40)} ${(performance.now() - begun).toFixed(0).padStart(8)} ms`);
  return answer;
}

async function made(): Promise<OpenReview> {
  const path = join(folder, 'in.csv');
  await pipeline(Readable.from(sample(rows)), createWriteStream(path));
  const { definition, many, needed } = definitionOf(
    fields.map((one) => field.parse(one)),
    'fuzzy',
  );
  const task = runTask.parse({ kind: 'assess', definition, many, needed }) as AssessTask; // as its kind says
  const csv = { delimiter: ',', quote: '"', escape: '"', header: false };
  const file = { path, size: (await stat(path)).size, modified: '0', schema: { fields: [] }, csv };
  const scratch = join(folder, 'rows');
  await timed(`${rows.toLocaleString('en')} rows made from the original`, async () => {
    await using duck = await warehouses.open({}, env);
    await buildReview(duck, { file, task, choices: noChoices, stamp: '', from: 0, scratch });
  });
  const duck = await warehouses.open({ path: `${scratch}.review` }, env);
  return await OpenReview.open({ duck, choices: noChoices, from: 0, scratch });
}

/** As a request makes it: the edit, its rows, the counts. */
async function edited(review: OpenReview, seq: number): Promise<number> {
  const row = (seq * 245_489) % rows;
  const [column, text] = [
    ['c1', `person${(row + 5) % rows}@example.com`],
    ['c2', 'unknown'],
    ['c5', 'Germany'],
    ['c0', ''],
  ][seq % 4] as [string, string]; // one of four
  const begun = performance.now();
  const pending = await review.begin({ seq, entry: { kind: 'cells', cells: [{ row, column, text }] } }, seq - 1);
  await pending.commit();
  await review.rows(pending.rows.slice(0, 200));
  await review.counts();
  return performance.now() - begun;
}

console.log(`${availableParallelism()} cores`);
const review = parts.use(await made());
await timed('counts', async () => await review.counts());
const all = await timed('view of all rows', async () => await review.view({ filter: 'all' }));
const bad = await timed('view of rows with errors', async () => await review.view({ filter: 'errors' }));
await timed('search', async () => await review.view({ filter: 'all', search: 'person 99999' }));
await timed('window at the end', async () => await review.rows(await review.idsOf(all.view, rows - 200, 200)));
await timed('window of errors', async () => await review.rows(await review.idsOf(bad.view, Math.floor(bad.total / 2), 200)));
await timed('next problem', async () => await review.problem(bad.view, { from: 1000, direction: 'next', level: 'error' }));
await timed('groups with suggestions', async () => await review.groups());
const times: number[] = [];
for (let seq = 1; seq <= edits; seq += 1) times.push(await edited(review, seq));
times.sort((a, b) => a - b);
const [median, late] = [0.5, 0.95].map((part) => times[Math.floor(times.length * part)] ?? 0) as [number, number]; // two
console.log(`${`${edits} edits`.padEnd(40)} p50 ${median.toFixed(0)} ms, p95 ${late.toFixed(0)} ms (promised: ${promised})`);
process.exitCode = late <= promised ? 0 : 1;
