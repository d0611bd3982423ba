/** Going back: rows, structure and position together, or not at all. The same story for each destination that keeps versions. */
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { openDesk, settingsOf, type Body } from '../../../test/support/desk.ts';
import { startPostgres } from '../../../test/support/postgres.ts';
import { ensureWarehouse } from '../warehouse/warehouse.ts';

const server = await startPostgres();
const desk = await openDesk(server);
after(async () => {
  await desk[Symbol.asyncDispose]();
  await server.stop();
});
const shop = await server.database('shop');
const copy = await server.database('copy');
await ensureWarehouse(desk.state.db, 1);
for (const [slug, url] of Object.entries({ shop, copy })) {
  await desk.ask('POST', '/connections', { name: slug, slug, connector: 'postgres', settings: settingsOf(url) });
}

type Rows = readonly (readonly unknown[])[];

/** Each destination is asked by its own means. */
const places: Readonly<Record<string, (sql: string) => Promise<Rows>>> = {
  copy: async (sql) => await server.sql(copy, sql),
  warehouse: async (sql) => (await desk.ask('POST', '/warehouse/query', { sql }))['rows'] as Rows,
};

async function pipeline(place: string, slug: string, flow: object): Promise<void> {
  const flows = [{ stream: `public.${slug}`, undo: 2, allow_delete: true, ...flow }];
  await desk.ask('POST', '/pipelines', { name: slug, slug: `${slug}-${place}`, source: 'shop', destination: place, flows });
}
const undo = async (run: Body): Promise<Body> => await desk.run(`/runs/${String(run['id'])}/undo`);
const code = (run: Body): unknown => (run['error'] as Body | null)?.['code'];

for (const [place, ask] of Object.entries(places)) {
  suite(place, () => {
    const sum = async (table: string): Promise<unknown> =>
      (await ask(`select cast(count(*) as varchar), cast(coalesce(sum(id), 0) as varchar) from ${table}`))[0];

    test('a replaced table goes back, version by version, and no further than was kept', async () => {
      const slug = `goods${place}`;
      await server.sql(shop, `create table ${slug} (id int primary key, note text)`);
      await pipeline(place, slug, { write: 'replace' });
      const runs: Body[] = [];
      for (let n = 1; n <= 4; n++) {
        await server.sql(shop, `insert into ${slug} values (${n}, 'n')`);
        runs.push(await desk.run(`/pipelines/${slug}-${place}/trigger`));
      }
      const [, second = {}, third = {}, fourth = {}] = runs;
      // Not the newest.
      assert.equal(code(await undo(third)), 'undo.gone');
      const back = await undo(fourth);
      assert.deepEqual([back['state'], back['cause'], back['rows_written']], ['succeeded', 'undo', 3], JSON.stringify(back));
      assert.deepEqual(await sum(slug), ['3', '6']);
      assert.equal((await undo(third))['state'], 'succeeded');
      assert.deepEqual(await sum(slug), ['2', '3']);
      assert.equal(code(await undo(second)), 'undo.gone');
      assert.deepEqual(await sum(slug), ['2', '3']);
    });

    test('an incremental flow reads again what was undone, and nothing twice', async () => {
      const slug = `events${place}`;
      await server.sql(
        shop,
        `create table ${slug} (id int primary key, note text); insert into ${slug} select i, 'n' from generate_series(1, 50) i`,
      );
      await pipeline(place, slug, { read: 'incremental', cursor: 'id', write: 'append' });
      await desk.run(`/pipelines/${slug}-${place}/trigger`);
      await server.sql(shop, `insert into ${slug} select i, 'n' from generate_series(51, 60) i`);
      const run = await desk.run(`/pipelines/${slug}-${place}/trigger`);
      assert.equal(run['rows_written'], 10);
      const back = await undo(run);
      const [receipt] = back['receipts'] as readonly Body[];
      const [undone] = run['receipts'] as readonly Body[];
      assert.deepEqual([receipt?.['from'], receipt?.['to']], [undone?.['to'], undone?.['from']]);
      assert.deepEqual(await sum(slug), ['50', '1275']);
      const again = await desk.run(`/pipelines/${slug}-${place}/trigger`);
      assert.equal(again['rows_written'], 10);
      assert.deepEqual(await sum(slug), ['60', '1830']);
    });

    test('the first run of a table is undone by its going; the position goes with it', async () => {
      const slug = `first${place}`;
      await server.sql(shop, `create table ${slug} (id int primary key); insert into ${slug} values (1), (2)`);
      await pipeline(place, slug, { read: 'incremental', cursor: 'id' });
      const run = await desk.run(`/pipelines/${slug}-${place}/trigger`);
      assert.equal((await undo(run))['state'], 'succeeded');
      assert.deepEqual(await ask(`select table_name from information_schema.tables where table_name = '${slug}'`), []);
      assert.equal((await desk.run(`/pipelines/${slug}-${place}/trigger`))['rows_written'], 2);
    });

    test('deleted and changed rows of a mirror come back; a column that the run added stays, empty', async () => {
      const slug = `mirror${place}`;
      await server.sql(
        shop,
        `create table ${slug} (id int primary key, note text); insert into ${slug} select i, 'old' from generate_series(1, 9) i`,
      );
      await pipeline(place, slug, { write: 'mirror' });
      await desk.run(`/pipelines/${slug}-${place}/trigger`);
      await server.sql(
        shop,
        `alter table ${slug} add more int default 5; delete from ${slug} where id > 6; update ${slug} set note = 'new'`,
      );
      const run = await desk.run(`/pipelines/${slug}-${place}/trigger`);
      assert.deepEqual([run['state'], run['rows_deleted']], ['succeeded', 3], JSON.stringify(run));
      assert.equal((await undo(run))['state'], 'succeeded');
      const rows = await ask(`select cast(count(*) as varchar), min(note), max(note), cast(count(more) as varchar) from ${slug}`);
      assert.deepEqual(rows[0], ['9', 'old', 'old', '0']);
    });

    test('what another pipeline has published since is not undone with it', async () => {
      const slug = `shared${place}`;
      await server.sql(shop, `create table ${slug} (id int primary key); insert into ${slug} values (1)`);
      await pipeline(place, slug, { write: 'append' });
      await desk.run(`/pipelines/${slug}-${place}/trigger`);
      const run = await desk.run(`/pipelines/${slug}-${place}/trigger`);
      await server.sql(shop, `create table ${slug}more (id int primary key); insert into ${slug}more values (7)`);
      await pipeline(place, `${slug}more`, { write: 'append', into: slug });
      const other = await desk.run(`/pipelines/${slug}more-${place}/trigger`);
      assert.equal(code(await undo(run)), 'undo.overtaken');
      assert.deepEqual(await sum(slug), ['3', '9']);
      // Once that one is undone, nothing stands in the way.
      assert.equal((await undo(other))['state'], 'succeeded');
      assert.equal((await undo(run))['state'], 'succeeded');
      assert.deepEqual(await sum(slug), ['1', '1']);
    });
  });
}

test('indexes, grants and views are there after the way back; a table that somebody changed meanwhile stays as it is', async () => {
  await server.sql(shop, 'create table kept (id int primary key, note text); insert into kept values (1, $$a$$)');
  await pipeline('copy', 'kept', { write: 'replace' });
  await desk.run('/pipelines/kept-copy/trigger');
  await server.sql(
    copy,
    'create index kept_note on kept (note); create view seen as select note from kept; comment on table kept is $$mine$$',
  );
  await server.sql(shop, 'update kept set note = $$b$$');
  const run = await desk.run('/pipelines/kept-copy/trigger');
  const back = await undo(run);
  assert.equal(back['state'], 'succeeded', JSON.stringify(back));
  assert.deepEqual(await server.sql(copy, 'select note from seen'), [['a']]);
  assert.deepEqual(
    await server.sql(
      copy,
      "select indexname, obj_description('kept'::regclass) from pg_indexes where tablename = 'kept' order by 1",
    ),
    [
      ['kept_note', 'mine'],
      ['kept_pkey', 'mine'],
    ],
  );
  const again = await desk.run('/pipelines/kept-copy/trigger');
  await server.sql(copy, 'alter table kept add mine int');
  assert.equal(code(await undo(again)), 'undo.changed');
  assert.deepEqual(await server.sql(copy, 'select note from kept'), [['b']]);
});

test('what was not kept, is no run, or belongs to nobody is refused at once', async () => {
  await server.sql(shop, 'create table plain (id int primary key); insert into plain values (1)');
  await pipeline('copy', 'plain', { write: 'replace', undo: 0 });
  const run = await desk.run('/pipelines/plain-copy/trigger');
  assert.equal(code(await undo(run)), 'undo.gone');
  const idle = await desk.run('/pipelines/plain-copy/trigger');
  assert.equal(await desk.refusal('POST', `/runs/${String(idle['id'])}/undo`, { table: 'other' }), 'object.missing');
  assert.equal(await desk.refusal('POST', '/runs/run_unknown/undo'), 'object.missing');
  const flows = [{ stream: 'public.plain', write: 'replace', existing: 'recreate', undo: 1 }];
  const asked = { name: 'x', source: 'shop', destination: 'copy', flows };
  assert.equal(await desk.refusal('POST', '/pipelines', asked), 'request.invalid');
});
