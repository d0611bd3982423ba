import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { HeadgateError } from '../../domain/error.ts';
import { defaultBrake } from '../../domain/policy.ts';
import type { Destination } from '../../sdk/index.ts';
import { field, load, makeTarget, openDestination, publishOf, stageLoad, type Load } from './test-harness.ts';

let server: TestPostgres;
before(async () => (server = await startPostgres()));
after(() => server.stop());

const fields = [field('id', { kind: 'integer', bits: 64 }), field('name', { kind: 'text' }), field('n', { kind: 'decimal' })];
const code = (wanted: string) => (error: unknown) => error instanceof HeadgateError && error.code === wanted;

interface Place {
  readonly url: string;
  readonly to: Destination;
  sql(text: string): Promise<string>;
  put(csv: Load['csv'], mode: Load['policy']['mode'], more?: Partial<Load>): Promise<string>;
}

/** A database of its own; `sql` gives rows as one line each, `put` a load's counts. */
async function place(setup = ''): Promise<Place & AsyncDisposable> {
  const url = await server.database();
  if (setup !== '') await server.sql(url, setup);
  const to = await openDestination(url);
  const sql = async (text: string): Promise<string> => {
    const rows = await server.sql(url, text);
    return rows.map((row) => row.map((value) => value ?? '∅').join(',')).join(' ');
  };
  const put: Place['put'] = async (csv, mode, more = {}) => {
    const result = await load(to, { table: 't', fields, csv, ...more, policy: { mode, ...more.policy } });
    if (result.held) return `held ${result.held.before}/${result.held.deleted}/${result.held.incoming}`;
    return result.tables.map((t) => `${t.staged}: +${t.added} ~${t.changed} =${t.deduplicated} -${t.deleted}`).join();
  };
  return { url, to, sql, put, [Symbol.asyncDispose]: () => to[Symbol.asyncDispose]() };
}

const rows = 'select * from t order by 1';
const stages = `select count(*) from pg_class where relnamespace = '_headgate'::regnamespace and relname like 'stage%'`;

test('append creates the table, then adds; several writers fill one stage', async () => {
  await using p = await place();
  assert.equal(await p.put(['1,a,1.10\n', '2,"",\n'], 'append', { key: ['id'] }), '2: +2 ~0 =0 -0');
  assert.equal(await p.put('2,b,2\n', 'append'), '1: +1 ~0 =0 -0');
  assert.equal(await p.sql(`select id, name, n from t order by 1, 2`), '1,a,1.10 2,,∅ 2,b,2');
  assert.equal(await p.sql(`select count(*) from pg_index where indrelid = 't'::regclass`), '0');
  assert.equal(await p.sql(stages), '0');
});

test('a token publishes once, an older fence never', async () => {
  await using p = await place();
  const { fence } = await p.to.claim('p');
  const request: Load = { table: 't', fields, csv: '1,a,1\n', policy: { mode: 'append' } };
  const target = await makeTarget(p.to, request);
  const first = publishOf(target, await stageLoad(p.to, target, request), fence);
  assert.equal((await p.to.publish(first)).status, 'published');
  const again = await p.to.publish(first);
  assert.deepEqual([again.status, again.tables[0]?.added], ['already', 1]);
  const stale = publishOf(target, await stageLoad(p.to, target, request), fence);
  const next = await p.to.claim('p');
  assert.deepEqual([next.fence, next.last?.token], [fence + 1, first.token]);
  await assert.rejects(p.to.publish(stale), code('publish.fenced'));
  await assert.rejects(p.to.claim('p', fence), code('publish.fenced'));
  assert.equal(await p.sql('select count(*) from t'), '1');
  const [entry] = await p.to.ledger('p');
  assert.deepEqual([entry?.fence, entry?.positions], [fence, first.positions]);
});

test('the ledger writes nothing when asked, and refuses a newer one', async () => {
  await using p = await place();
  assert.deepEqual(await p.to.ledger('p'), []);
  assert.equal(await p.sql(`select count(*) from pg_namespace where nspname = '_headgate'`), '0');
  const others = await Promise.all([1, 2, 3].map(() => openDestination(p.url)));
  const claims = await Promise.all(others.map((other) => other.claim('p')));
  assert.deepEqual(claims.map(({ fence }) => fence).toSorted(), [1, 2, 3]);
  for (const other of others) await other[Symbol.asyncDispose]();
  await p.sql('update _headgate.meta set version = 99');
  await assert.rejects(p.to.ledger('p'), code('ledger.newer'));
});

test('a stage that lost its rows is not published', async () => {
  await using p = await place('create table t (id bigint primary key, name text, n numeric)');
  for (const mode of ['merge', 'replace'] as const) {
    const { fence } = await p.to.claim('p');
    const request: Load = { table: 't', fields, csv: '1,a,1\n', key: ['id'], policy: { mode } };
    const target = await makeTarget(p.to, request);
    const staged = await stageLoad(p.to, target, request);
    await p.sql(`truncate _headgate."${staged[0]?.ref}"`);
    await assert.rejects(p.to.publish(publishOf(target, staged, fence)), code('publish.counts'));
  }
  assert.equal(await p.sql('select count(*) from t'), '0');
});

test('merge updates what differs, by key', async () => {
  await using p = await place('create table t (id bigint primary key, name text, n numeric)');
  assert.equal(await p.put('1,a,1.1\n2,b,2\n', 'merge', { key: ['id'] }), '2: +2 ~0 =0 -0');
  assert.equal(await p.put('1,a,1.10\n2,b,2\n3,c,\n', 'merge', { key: ['id'] }), '3: +1 ~1 =1 -0');
  assert.equal(await p.put('2,,9\n', 'merge', { key: ['id'], policy: { mode: 'merge', nulls: 'keep' } }), '1: +0 ~1 =0 -0');
  assert.equal(await p.sql(rows), '1,a,1.10 2,b,9 3,c,∅');
  await assert.rejects(p.put('5,a,1\n5,a,2\n', 'merge', { key: ['id'] }), code('key.duplicate'));
  await assert.rejects(p.put(',a,1\n', 'merge', { key: ['id'] }), code('key.null'));
  const version = { key: ['id'], policy: { mode: 'merge', version: ['n'] } } as const;
  assert.equal(await p.put('5,old,1\n5,new,2\n5,null,\n', 'merge', version), '3: +1 ~0 =2 -0');
  await assert.rejects(p.put('5,x,3\n5,y,3\n', 'merge', version), code('key.duplicate'));
  assert.equal(await p.sql('select name from t where id = 5'), 'new');
});

test('merge into a new table, with a version and a composite key', async () => {
  await using p = await place();
  const more = { key: ['id', 'name'], policy: { mode: 'merge', version: ['n'] } } as const;
  assert.equal(await p.put('1,a,1\n1,a,2\n1,b,1\n', 'merge', more), '3: +2 ~0 =1 -0');
  assert.equal(await p.sql('select * from t order by 1, 2'), '1,a,2 1,b,1');
  assert.equal(await p.put('1,b,5\n1,c,1\n', 'merge', more), '2: +1 ~1 =0 -0');
  await assert.rejects(p.put('1,a,1\n1,a,1\n', 'merge', { table: 'u', key: ['id'] }), code('key.duplicate'));
  await assert.rejects(p.put(',a,1\n', 'merge', { table: 'u', key: ['id'] }), code('key.null'));
});

test('merge without a unique index, and with types that know no equality', async () => {
  await using p = await place('create table t (id bigint, name json, n point)');
  const own = [field('id', { kind: 'integer', bits: 64 }), field('name', { kind: 'json' }), { ...field('n', { kind: 'text' }) }];
  own[2] = { ...field('n', { kind: 'text' }), native: { system: 'postgres', type: 'point', portable: true } };
  const more = { key: ['id'], fields: own };
  assert.equal(await p.put('1,{},"(1,2)"\n', 'merge', more), '1: +1 ~0 =0 -0');
  assert.equal(await p.put('1,{},"(1,2)"\n2,[],\n', 'merge', more), '2: +1 ~0 =1 -0');
  assert.equal(await p.put('1,{},"(1,3)"\n2,[],\n', 'merge', more), '2: +0 ~1 =1 -0');
  await p.sql(`insert into t values (1)`);
  await assert.rejects(p.put('1,{},\n', 'merge', more), code('key.duplicate'));
});

test('a mirror leaves rows alone that are as they should be', async () => {
  await using p = await place('create table t (id bigint primary key, name text, n numeric)');
  const key = { key: ['id'] } as const;
  const locked = `select string_agg(id || ':' || (xmax <> 0), ' ' order by id) from t where id in (1, 4)`;
  assert.equal(await p.put('1,a,1\n2,b,2\n3,c,3\n', 'mirror', key), '3: +3 ~0 =0 -0');
  assert.equal(await p.put('1,a,1\n2,x,2\n3,,3\n4,d,4\n', 'mirror', key), '4: +1 ~2 =1 -0');
  assert.equal(await p.put('1,a,1\n2,x,2\n3,,3\n4,d,4\n', 'mirror', key), '4: +0 ~0 =4 -0');
  assert.equal(await p.sql(locked), '1:false 4:false');
  const keep = { ...key, policy: { mode: 'mirror', nulls: 'keep' } } as const;
  assert.equal(await p.put('1,,1\n2,y,\n3,,3\n4,d,4\n', 'mirror', keep), '4: +0 ~1 =3 -0');
  // As many rows as keys come and go: one is new, and another one is missing.
  assert.equal(await p.put('1,a,1\n2,y,2\n3,,3\n5,e,5\n', 'mirror', key), '4: +1 ~0 =3 -1');
  await p.sql('create table k (id bigint primary key); insert into k values (1), (2)');
  const only = { table: 'k', fields: [field('id', { kind: 'integer', bits: 64 })], ...key } as const;
  assert.equal(await p.put('2\n3\n', 'mirror', only), '2: +1 ~0 =1 -1');
});

test('mirror deletes what is gone: hard, soft, not at all, or held', async () => {
  await using p = await place('create table t (id bigint primary key, name text, n numeric)');
  const key = { key: ['id'] };
  await p.put('1,a,1\n2,b,2\n3,c,3\n', 'mirror', key);
  assert.equal(await p.put('1,a,1\n2,x,2\n', 'mirror', key), '2: +0 ~1 =1 -1');
  const soft = { ...key, policy: { mode: 'mirror', deletes: 'soft' } } as const;
  assert.equal(await p.put('1,a,1\n', 'mirror', soft), '1: +0 ~0 =1 -1');
  assert.equal(await p.sql('select id, _deleted_at is null from t order by 1'), '1,t 2,f');
  assert.equal(await p.put('1,a,1\n', 'mirror', soft), '1: +0 ~0 =1 -0');
  assert.equal(await p.put('1,a,1\n2,x,2\n', 'mirror', soft), '2: +0 ~1 =1 -0');
  assert.equal(await p.put('1,a,1\n', 'mirror', { ...key, policy: { mode: 'mirror', deletes: 'ignore' } }), '1: +0 ~0 =1 -0');
  assert.equal(await p.put('', 'mirror', { ...key, brake: defaultBrake }), 'held 2/2/0');
  assert.equal(await p.put('9,a,1\n', 'mirror', { ...key, brake: { share: 0.3, floor: 1 } }), 'held 2/2/1');
  assert.equal(await p.sql('select count(*) from t'), '2');
  assert.equal(await p.sql(stages), '0');
});

test('replace has the brake too', async () => {
  await using p = await place('create table t (id bigint primary key, name text, n numeric)');
  await p.sql(`insert into t select i from generate_series(1, 500) i; analyze t`);
  assert.equal(await p.put('', 'replace', { brake: defaultBrake }), 'held 500/500/0');
  assert.equal(await p.put('1,a,1\n', 'replace', { brake: defaultBrake }), 'held 500/499/1');
  assert.equal(await p.put('1,a,1\n', 'replace'), '1: +1 ~0 =0 -0');
  assert.equal(await p.sql(rows), '1,a,1');
});

test('replace by swap: nobody can tell the new table from the old one', async () => {
  await using p = await place(`
    create role reader;
    create table t (id bigint constraint "T key" primary key, name text default 'x', n numeric check (n > 0)) with (fillfactor = 70);
    create unique index "by name" on t (name) where id > 0;
    create index on t ((lower(name)));
    comment on table t is 'it''s mine'; comment on column t.name is 'a name'; comment on index "by name" is 'an index';
    create view v with (security_barrier) as select id, upper(name) as name from t where n > 0;
    create view w as select * from v;
    grant select on t to reader with grant option; grant select on v to reader;
    insert into t values (7, 'old', 7)`);
  const shape = `select (select string_agg(pg_get_constraintdef(oid) || conname, ';' order by conname) from pg_constraint where conrelid = 't'::regclass),
    (select string_agg(indexdef, ';' order by indexname) from pg_indexes where tablename = 't'),
    (select reloptions::text || relowner from pg_class where oid = 't'::regclass),
    (select string_agg(relname || a::text, ';' order by relname, a::text) from pg_class, unnest(relacl) a where relname in ('t', 'v')),
    obj_description('t'::regclass), col_description('t'::regclass, 2), obj_description('"by name"'::regclass),
    pg_get_viewdef('v'::regclass), (select reloptions::text || oid from pg_class where relname = 'v'),
    (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 't'::regclass)`;
  const before = await p.sql(shape);
  const oid = await p.sql(`select 't'::regclass::oid`);
  assert.equal(await p.put('1,a,1\n2,b,2\n', 'replace', { key: ['id'] }), '2: +2 ~0 =0 -0');
  assert.notEqual(await p.sql(`select 't'::regclass::oid`), oid);
  assert.equal(await p.sql(shape), before);
  assert.equal(await p.sql('select * from w order by 1'), '1,A 2,B');
  assert.equal(await p.sql(`select count(*) from pg_class where relname like '%stage%'`), '0');
  await assert.rejects(p.put('1,a,1\n1,b,2\n', 'replace'), code('key.duplicate'));
  await assert.rejects(p.put('1,a,-1\n', 'replace'), code('value.invalid'));
  assert.equal(await p.sql('select count(*) from t'), '2');
  assert.match(
    p.to.explain(await makeTarget(p.to, { table: 't', fields, csv: '', policy: { mode: 'replace' } })).join(),
    /takes its place/,
  );
});

test('replace by swap: a table with statistics has them at once, one without waits for the server', async () => {
  for (const analyzed of [true, false]) {
    await using p = await place(`create table t (id bigint primary key, name text, n numeric) with (autovacuum_enabled = off);
      insert into t select i, 'old' from generate_series(1, 100) i; ${analyzed ? 'analyze t' : ''}`);
    await p.put('1,a,1\n2,a,2\n', 'replace');
    assert.equal(await p.sql(`select count(*) > 0 from pg_stats where tablename = 't'`), analyzed ? 't' : 'f');
  }
});

test('replace in place where something could not be made again', async () => {
  const reasons = {
    'foreign keys': `create table other (id bigint references t); insert into t values (1)`,
    triggers: `create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before insert on t for each row execute function f()`,
    'materialized view': 'create materialized view m as select id from t',
    'owns a sequence': 'create sequence s owned by t.id',
    'published for replication': 'create publication pub for table t',
    'something else depends': `create function whole(t) returns int language sql as 'select 1'`,
    identity: 'alter table t add column x int generated always as identity',
    'row-level security': 'alter table t enable row level security',
    partition:
      'drop table t; create table t (id bigint primary key, name text, n numeric) partition by hash (id); create table t0 partition of t for values with (modulus 1, remainder 0)',
  };
  for (const [reason, setup] of Object.entries(reasons)) {
    await using p = await place(`create table t (id bigint primary key, name text, n numeric); ${setup}`);
    const oid = await p.sql(`select 't'::regclass::oid`);
    const request = { table: 't', fields, csv: '', policy: { mode: 'replace' } } as const;
    const why = reason === 'partition' ? 'not an ordinary table' : reason;
    assert.match(p.to.explain(await makeTarget(p.to, request)).join(), new RegExp(why));
    assert.equal(await p.put('1,a,1\n2,b,2\n', 'replace', { key: ['id'] }), '2: +2 ~0 =0 -0', reason);
    assert.equal(await p.sql(`select 't'::regclass::oid`), oid);
    assert.equal(await p.sql('select id, name, n from t order by 1'), '1,a,1 2,b,2');
  }
});

test('recreate drops the old structure, added columns arrive, a new schema is made', async () => {
  await using p = await place('create table t (id text, gone int)');
  await p.put('1,a,1\n', 'replace', { key: ['id'], policy: { mode: 'replace', existing: 'recreate' } });
  assert.equal(
    await p.sql(
      `select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = 't'::regclass and attnum > 0`,
    ),
    'id,name,n',
  );
  const extra = field('extra', { kind: 'text' });
  for (const mode of ['append', 'replace'] as const) {
    await p.put('2,b,2,x\n', mode, { fields: [...fields, extra], add: [extra], table: 't' });
  }
  assert.equal(await p.sql(rows), '2,b,2,x');
});

test('an incremental append drops rows that were read before, with and without a key', async () => {
  await using p = await place('create table t (id bigint, name json, n numeric); create index on t (id)');
  const own = [field('id', { kind: 'integer', bits: 64 }), field('name', { kind: 'json' }), field('n', { kind: 'decimal' })];
  const rest = { fields: own, overlap: { cursor: 'id' } };
  assert.equal(await p.put('1,{},\n1,{},\n2,[],1\n,[],\n', 'append', rest), '4: +4 ~0 =0 -0');
  assert.equal(await p.put('1,{},\n1,{},\n1,{},\n2,[],2\n3,[],1\n,[],\n', 'append', rest), '6: +3 ~0 =3 -0');
  const keyed = { fields: own, overlap: { cursor: 'id', key: ['n'] } };
  assert.equal(await p.put('2,{},2\n3,[],9\n,[],\n4,[],1\n', 'append', keyed), '4: +2 ~0 =2 -0');
});

test('a change stream: the net effect per key', async () => {
  await using p = await place(`create table t (id bigint primary key, name text, n numeric);
    insert into t values (1,'toast',1),(2,'b',2),(3,'c',3),(4,'d',4)`);
  const more = { key: ['id'], content: 'changes' } as const;
  const csv = [
    'u,1,"[""name""]",1,,10', // the large column is not sent: it stays
    'd,2,,2,,',
    'i,3,,5,new,5',
    'u,4,"[""name""]",5,,6', // sent by the insert before it
    'd,5,,3,,',
    'i,6,,3,again,1',
    'u,7,"[""name""]",9,,9', // the table lacks the row
    'i,10,,6,x,1',
    'd,11,,6,,',
  ];
  assert.equal(await p.put(`${csv.join('\n')}\n`, 'merge', more), '9: +2 ~2 =5 -1');
  assert.equal(await p.sql(rows), '1,toast,10 3,again,1 4,d,4 5,new,6 9,∅,9');
  assert.equal(await p.put('u,1,,1,z,1\nt,2,,,,\ni,3,,8,y,\n', 'merge', more), '3: +1 ~0 =2 -5');
  assert.equal(await p.sql(rows), '8,y,∅');
  const soft = { ...more, policy: { mode: 'merge', deletes: 'soft' } } as const;
  assert.equal(await p.put('d,1,,8,,\n', 'merge', soft), '1: +0 ~0 =1 -1');
  assert.equal(await p.put('u,1,"[""name""]",8,,3\n', 'merge', soft), '1: +0 ~1 =0 -0');
  assert.equal(await p.sql(rows), '8,y,3,∅');
});

test('a change stream into a table that is not there yet', async () => {
  await using p = await place();
  assert.equal(await p.put('i,1,,1,a,1\nu,2,,1,b,1\n', 'merge', { key: ['id'], content: 'changes' }), '2: +1 ~0 =1 -0');
  assert.equal(await p.sql(rows), '1,b,1');
});

test('a value that does not fit names line and column, never the value', async () => {
  await using p = await place();
  await assert.rejects(p.put('1,a,1\n2,a,secret\n', 'append'), (error: unknown) => {
    assert.ok(error instanceof HeadgateError);
    assert.equal(error.code, 'value.invalid');
    assert.match(error.message, /line 2, column n/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

test('readers see the old rows or the new ones, never none and never a mix', async () => {
  for (const trigger of ['', 'create table other (id bigint references t)']) {
    await using p = await place(`create table t (id bigint primary key, name text, n numeric);
      insert into t select i, 'old' from generate_series(1, 300) i; ${trigger}`);
    let done = false;
    const seen = new Set<string>();
    const watching = (async () => {
      while (!done) seen.add(await p.sql('select count(*), min(name), max(name) from t'));
    })();
    const csv = Array.from({ length: 200 }, (_, index) => `${index},new,\n`).join('');
    await p.put(csv, 'replace');
    done = true;
    await watching;
    seen.add(await p.sql('select count(*), min(name), max(name) from t'));
    assert.deepEqual([...seen].toSorted(), ['200,new,new', '300,old,old']);
  }
});
