/**
 * The hardest user of the interfaces: one replication slot, two tables, one publish per source transaction, killed
 * between staging and publish and between publish and acknowledge. Nothing may be lost or doubled.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { openDuck } from '../../src/staging/duck.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let directory: string;
before(async () => {
  server = await startPostgres();
  directory = await mkdtemp(join(tmpdir(), 'headgate-changes-'));
});
after(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const large = 'x'.repeat(10_000);

const schema = `
  create table customers (id bigint primary key, name text, note text);
  create table orders (id bigint, line int, total numeric(12,2), primary key (id, line));
  alter table customers alter column note set storage external;
  create publication headgate_publication for table customers, orders;`;

/** One entry per source transaction. */
const transactions = [
  `insert into customers select i, 'name ' || i, repeat('x', 10000) from generate_series(1, 20) i;
   insert into orders select i, 1, i * 1.10 from generate_series(1, 20) i;`,
  `update customers set name = 'renamed' where id <= 5; delete from orders where id = 3;`,
  `insert into customers values (100, 'short lived', null); update customers set name = 'again' where id = 100; delete from customers where id = 100;`,
  `insert into customers values (200, 'new', repeat('y', 9000)); update customers set name = 'new, updated' where id = 200;`,
  `update orders set id = 1000 where id = 4; update orders set total = null where id = 5;`,
  `truncate orders; insert into orders values (7, 1, 70.00), (8, 2, 80.50);`,
  `delete from customers where id = 20; insert into customers values (20, 'back', '');`,
];

/** A slot's name is known to the whole server. */
const slotOf = (destination: string): string => `headgate_${destination.split(':')[0]}`;

async function reader(source: string, destination: string, failpoint?: string): Promise<number | string | null> {
  // Most of a reader's life is reading its own code.
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: join(directory, 'code'),
    ...(failpoint && { HEADGATE_FAILPOINT: failpoint }),
  };
  const script = join(import.meta.dirname, 'slot-reader.ts');
  const child = spawn(process.execPath, [script, source, destination, directory, slotOf(destination)], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]; // the event's own shape
  if (code !== 0 && signal === null) assert.fail(errors);
  return signal ?? code;
}

const orderings = {
  customers: `select id, name, note from customers order by id`,
  orders: `select id, line, total from orders order by id, line`,
};

async function rowsOf(location: string, sql: string): Promise<unknown> {
  if (location.startsWith('postgres')) return server.sql(location, sql);
  await using duck = await openDuck(
    { path: location.slice('duckdb:'.length) },
    { scratch: directory, signal: new AbortController().signal },
  );
  return await duck.rows(sql);
}

suite('one slot, two tables, one publish, killed around every publish', { concurrency: 2 }, () => {
  for (const kind of ['postgres', 'duckdb'] as const) {
    test(`into ${kind}`, async () => {
      const source = await server.database();
      const destination = kind === 'postgres' ? await server.database() : `duckdb:${join(directory, 'changes.duckdb')}`;
      await server.sql(source, schema);
      await server.sql(source, `select pg_create_logical_replication_slot('${slotOf(destination)}', 'pgoutput')`);
      for (const [index, statements] of transactions.entries()) {
        await server.sql(source, `begin; ${statements} commit;`);
        if (index % 2 === 1) continue; // every second transaction arrives together with the next one
        for (const point of ['engine.staged', 'engine.published', 'engine.acknowledged']) {
          assert.equal(await reader(source, destination, point), 'SIGKILL', `${point} was reached`);
          if (point === 'engine.staged') continue;
          await server.sql(source, `update customers set name = name || '.' where id = 1`); // something for the next kill to meet
        }
        assert.equal(await reader(source, destination), 0);
        for (const sql of Object.values(orderings))
          assert.deepEqual(await rowsOf(destination, sql), await server.sql(source, sql));
      }
      const note = await rowsOf(destination, 'select note from customers where id = 2');
      assert.deepEqual(note, [[large]], 'a value that the source did not send again is still there');
      await server.sql(source, `select pg_drop_replication_slot('${slotOf(destination)}')`);
    });
  }
});
