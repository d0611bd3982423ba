/** A warehouse file after an unclean end: it opens with whole publishes in it, or is said to be damaged; a new one is built from the source. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { headgate, type RunResult } from '../support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-unclean-'));
after(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], failpoint?: string): Promise<RunResult> =>
  headgate([...args, '--json'], { stateDir: join(folder, 'state'), env: { HEADGATE_FAILPOINT: failpoint } });

/** Rows of one publish are one batch: a count that is no multiple of 500 is half a batch. */
const batch = Array.from({ length: 500 }, (_, i) => `${i},${'v'.repeat(50)}`).join('\n');
writeFileSync(join(folder, 'batch.csv'), `id,v\n${batch}\n`);

interface Unclean {
  readonly file: string;
  readonly flow: readonly string[];
}

/** Killed in or right after a publish that makes a table, adds rows and an index: the log of the file is not merged yet. */
async function unclean(name: string, failpoint: string): Promise<Unclean> {
  const file = join(folder, `${name}.duckdb`);
  const flow = ['sync', join(folder, 'batch.csv'), `duckdb:${file}`, '--into', 't', '--mode', 'append'];
  receiptOf(await run(flow));
  assert.equal((await run(flow, failpoint)).killed, 'SIGKILL');
  return { file, flow };
}

/** Whole batches, or a clear word that the file is damaged; and after that word, a new file from the source. */
async function requireUsable({ file, flow }: Unclean): Promise<void> {
  const counted = await run(['query', 'select count(*) from t', '--in', `duckdb:${file}`]);
  const again = await run(flow);
  for (const result of [counted, again])
    assert.ok(result.killed === null && (result.code === 0 || result.code === 1), result.stderr);
  if (again.code === 1) {
    assert.equal(failureOf(again).code, 'warehouse.damaged');
    for (const path of [file, `${file}.wal`]) rmSync(path, { force: true });
    receiptOf(await run(flow));
  }
  const { json } = await run(['query', 'select count(*) from t', '--in', `duckdb:${file}`]);
  const rows = json.find(({ type }) => type === 'row')?.['values'];
  assert.ok(Array.isArray(rows) && Number(rows[0]) > 0 && Number(rows[0]) % 500 === 0, JSON.stringify(rows));
}

for (const failpoint of ['duckdb.publish.written', 'duckdb.publish.before-commit', 'duckdb.publish.committed']) {
  test(`killed at ${failpoint}: the file opens with whole publishes`, async () => {
    const left = await unclean(`whole-${failpoint}`, failpoint);
    const { code, json } = await run(['query', 'select count(*) from t', '--in', `duckdb:${left.file}`]);
    assert.equal(code, 0);
    const rows = json.find(({ type }) => type === 'row')?.['values'];
    assert.ok(Array.isArray(rows) && ['500', '1000'].includes(String(rows[0])), JSON.stringify(rows));
    receiptOf(await run(left.flow));
    await requireUsable(left);
  });
}

const harms: Readonly<Record<string, (wal: string) => void>> = {
  'cut by 10 bytes': (wal) => truncateSync(wal, statSync(wal).size - 10),
  'cut in half': (wal) => truncateSync(wal, Math.floor(statSync(wal).size / 2)),
  'flipped near its end': (wal) => {
    const bytes = readFileSync(wal);
    const at = bytes.length - 20;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(wal, bytes);
  },
};

for (const [what, harm] of Object.entries(harms)) {
  test(`a log whose tail is ${what}: whole publishes, or damage that is named`, async () => {
    const left = await unclean(what.replaceAll(' ', '-'), 'duckdb.publish.committed');
    const wal = `${left.file}.wal`;
    assert.ok(existsSync(wal), 'there is a log to harm');
    harm(wal);
    await requireUsable(left);
  });
}
