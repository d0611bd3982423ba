/** Transactions that were open while a run read, and commit after it: every row arrives, exactly once (a high-water mark is no commit order). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client } from 'pg';
import { startPostgres } from '../support/postgres.ts';
import { headgate, type RunResult } from '../support/run.ts';

const server = await startPostgres();
const stateDir = await mkdtemp(join(tmpdir(), 'headgate-late-'));
after(async () => {
  await server.stop();
  await rm(stateDir, { recursive: true });
});

interface Case {
  readonly write: 'append' | 'merge';
  /** Type of the cursor field; a bigserial is the key itself. */
  readonly cursor: 'timestamp' | 'timestamptz' | 'bigserial';
  /** When the open transaction writes, seen from the run. */
  readonly writes: 'before' | 'after' | 'before and after';
}

const writes: readonly Case['writes'][] = ['before', 'after', 'before and after'];
const cases = (['append', 'merge'] as const).flatMap((write) =>
  (['timestamp', 'timestamptz', 'bigserial'] as const).flatMap((cursor) =>
    writes.map((when): Case => ({ write, cursor, writes: when })),
  ),
);

for (const { write, cursor, writes } of cases) {
  test(`${write} by ${cursor}: opened before the run, writes ${writes} it, commits after it`, async () => {
    const [source, target] = [await server.database(), await server.database()];
    const stamp = cursor === 'bigserial' ? 'timestamptz' : cursor;
    await server.sql(source, `create table moves (id bigserial primary key, note text, changed ${stamp} not null default now())`);
    const insert = (note: string): string => `insert into moves (note) select '${note} ' || i from generate_series(1, 3) i`;
    const sync = (): Promise<RunResult> => {
      const field = cursor === 'bigserial' ? 'id' : 'changed';
      const flow = ['--stream', 'moves', '--mode', 'incremental', '--write', write, '--cursor', field];
      return headgate(['sync', source, target, ...flow, '--json'], { stateDir });
    };
    await server.sql(source, insert('long before'));
    requireDone(await sync());

    const open = new Client({ connectionString: source });
    await open.connect();
    await open.query('begin');
    await open.query('select 1');
    if (writes.includes('before')) await open.query(insert('written before'));
    await server.sql(source, insert('meanwhile'));
    requireDone(await sync());
    if (writes.includes('after')) await open.query(insert('written after'));
    await open.query('commit');
    await open.end();

    requireDone(await sync());
    const rows = 'select id, note, changed from moves order by id';
    assert.deepEqual(await server.sql(target, rows), await server.sql(source, rows));

    const last = requireDone(await sync());
    assert.equal(last['written'], 0);
    assert.deepEqual(await server.sql(target, rows), await server.sql(source, rows));
  });
}

function requireDone({ code, stdout, stderr, json }: RunResult): RunResult['json'][number] {
  assert.equal(code, 0, stdout + stderr);
  const receipt = json.find(({ type }) => type === 'receipt');
  assert.ok(receipt);
  assert.equal(
    Number(receipt['read']),
    Number(receipt['written']) + Number(receipt['deduplicated']) + Number(receipt['rejected']),
  );
  return receipt;
}
