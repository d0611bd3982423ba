/** Places, names and keys that cannot work: one clear message with a code, what was being done and what to do; nothing half-visible. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, test } from 'node:test';
import { fails, playFailures, type Failing } from '../support/failing.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

/** In every row that a message could quote. */
const value = 'Zaphod-Beeblebrox';
/** In every location that a message could quote. */
const password = 'Marvin-42';
const source = await server.database('shop');
await server.sql(
  source,
  `create table orders (id bigint primary key, customer text, updated_at timestamptz default now());
   insert into orders select i, '${value}' from generate_series(1, 20) i;
   create table twice (id int, note text, at timestamp default now(), extra json);
   insert into twice select i % 5, '${value}' from generate_series(1, 10) i;
   create table holes (id int, note text, at timestamp default now());
   insert into holes select nullif(i, 5), '${value}' from generate_series(1, 10) i;
   create role guest_${process.pid} login password '${password}'`,
);
const pg = await server.database('target');
const duck = `duckdb:${site.path('target.duckdb')}`;
const secret = new URL(source).password;
const withPassword = (url: string): string => url.replace(secret, password);
const asGuest = source.replace(`postgres:${secret}`, `guest_${process.pid}:${password}`);
const good = site.file('good.csv', `id,note\n1,${value}\n`);
site.file('not.duckdb', `${value} is no database`);
site.file('no-folder', 'a file');

const sync = (...args: string[]): readonly string[] => ['sync', ...args];
const locations: readonly Failing[] = [
  fails('an unknown scheme', sync('oracle://u:Marvin-42@h/d', duck), 'usage.scheme', /oracle:/, /postgres:\/\//),
  fails('a misspelt scheme', sync('postgre://u:Marvin-42@h/d', duck), 'usage.scheme', /postgre:/, /did you mean postgres:/),
  fails(
    'a wrong password',
    sync(withPassword(source), duck, '--stream', 'orders'),
    'connect.refused',
    /connecting to .*127\.0\.0\.1.*refused/,
    /password/,
  ),
  fails(
    'a wrong password of the destination',
    sync(source, withPassword(pg), '--stream', 'orders'),
    'connect.refused',
    /connecting to .*127\.0\.0\.1.*refused/,
    /password/,
  ),
  fails(
    'an unreachable host',
    sync('postgres://u:Marvin-42@127.0.0.1:1/d', duck, '--stream', 'a'),
    'connect.unreachable',
    /connecting to .*127\.0\.0\.1:1/,
    /server is running/,
  ),
  fails(
    'an unknown host',
    sync('postgres://u:Marvin-42@nowhere.invalid/d', duck, '--stream', 'a'),
    'connect.unreachable',
    /nowhere\.invalid/,
    /check host/,
  ),
  fails(
    'an unreachable destination',
    sync(good, 'postgres://u:Marvin-42@127.0.0.1:1/d'),
    'connect.unreachable',
    /connecting to .*127\.0\.0\.1:1/,
    /server is running/,
  ),
  fails(
    'a missing database',
    sync(server.url('shopp'), duck, '--stream', 'orders'),
    'connect.missing',
    /shopp.*no such database/,
    /database name/,
  ),
  fails(
    'a missing database of the destination',
    sync(good, server.url('targett')),
    'connect.missing',
    /targett.*no such database/,
    /database name/,
  ),
  fails('a table that the role may not read', sync(asGuest, duck, '--stream', 'orders'), 'access.denied', /orders/, /grant/),
  fails('a destination that the role may not write', sync(good, asGuest), 'access.denied', /ledger/, /grant create/),
  fails(
    'a warehouse that is no database',
    sync(good, `duckdb:${site.path('not.duckdb')}`),
    'warehouse.damaged',
    /not\.duckdb/,
    /backup/,
  ),
  fails('a folder that is not there', sync(good, site.path('none/out.csv')), 'file.missing', /none/, /path/),
  fails('a folder that is a file', sync(good, site.path('no-folder/out.csv')), 'file.missing', /no-folder/, /path/),
];

const shop = (stream: string, to: string, ...more: string[]): readonly string[] => sync(source, to, '--stream', stream, ...more);

const names: readonly Failing[] = [
  fails('a missing table', shop('ordes', duck), 'stream.missing', /ordes/, /did you mean public\.orders\?/),
  fails('a pattern that matches nothing', shop('x*', duck), 'stream.missing', /x\*/, /discover/),
  fails(
    'no cursor',
    shop('orders', duck, '--mode', 'incremental'),
    'cursor.missing',
    /incremental read of public\.orders/,
    /candidates: .*updated_at/,
  ),
  fails(
    'a missing cursor field',
    shop('orders', duck, '--mode', 'incremental', '--cursor', 'update_at'),
    'cursor.missing',
    /update_at/,
    /did you mean updated_at/,
  ),
  fails(
    'a cursor that does not grow',
    shop('twice', duck, '--mode', 'incremental', '--cursor', 'extra'),
    'cursor.type',
    /extra/,
    /number, a date or a time/,
  ),
  fails('a missing key field', shop('orders', pg, '--mode', 'merge', '--key', 'ids'), 'key.missing', /ids/, /did you mean id/),
  fails('no key', shop('twice', pg, '--mode', 'mirror'), 'key.missing', /mirror needs a key/, /--key/),
  fails(
    'a missing field in a selection',
    shop('orders', duck, '--select', 'id,costumer'),
    'field.missing',
    /costumer/,
    /did you mean customer/,
  ),
  fails('an unknown type', shop('orders', duck, '--cast', 'id=bigit'), 'usage.type', /bigit/, /bigint/),
  fails(
    'a filter that is wrong',
    shop('orders', duck, '--where', `costumer = '${value}'`),
    'stream.query',
    /orders.*column does not exist/,
    /filter/,
  ),
  fails('a query that is wrong', sync(source, duck, '--query', `selec '${value}'`), 'stream.query', /query/, /query/),
];

const keyed = (['merge', 'mirror', 'incremental'] as const).flatMap((mode) =>
  (
    [
      ['postgres', pg],
      ['duckdb', ''],
    ] as const
  ).flatMap(([kind, place]): readonly Failing[] => {
    const to = (name: string): string => place || `duckdb:${site.path(`${mode}-${name}.duckdb`)}`;
    const how = mode === 'incremental' ? ['--mode', mode, '--cursor', 'at', '--write', 'merge'] : ['--mode', mode];
    const into = ['--into', 'kept'];
    return [
      fails(
        `keys that come twice, ${mode} into ${kind}`,
        shop('twice', to('twice'), ...how, '--key', 'id', ...into),
        'key.duplicate',
        /key/,
        /--version/,
      ),
      fails(
        `keys that are NULL, ${mode} into ${kind}`,
        shop('holes', to('holes'), ...how, '--key', 'id', ...into),
        'key.null',
        /key|id/,
        /never NULL/,
      ),
    ];
  }),
);

const secrets = [secret, password, value];
playFailures(site, 'locations', locations, secrets);
playFailures(site, 'names', names, secrets);
playFailures(site, 'keys', keyed, secrets);

test('nothing of all that is to be seen at the destinations', async () => {
  assert.deepEqual(await server.sql(pg, "select relname from pg_class where relnamespace = 'public'::regnamespace"), []);
  assert.deepEqual(await server.sql(pg, "select relname from pg_class where relname like 'stage%'"), []);
  for (const name of readdirSync(site.folder).filter((file) => /^m.*\.duckdb$/.test(file))) {
    const sql = "select count(*) from information_schema.tables where table_name = 'kept'";
    assert.deepEqual(await site.rows(`duckdb:${site.path(name)}`, sql), [['0']], name);
  }
});
