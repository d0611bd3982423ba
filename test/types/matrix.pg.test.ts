/** Each type's edge values to each destination and back: the text at the end is the text at the start, or a stated refusal. */
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { Receipt } from '../../src/domain/receipt.ts';
import { startMariadb } from '../support/mariadb.ts';
import { openSite } from '../support/site.ts';
import { cells, places, setup, type Cell, type Place } from './matrix.ts';
import { sync } from './trip.ts';

const site = await openSite();
const { server } = site;
const mariadb = await startMariadb({ settings: { 'default-time-zone': '-05:00' } });
after(async () => {
  await mariadb.stop();
  await site[Symbol.asyncDispose]();
});

const create = ({ name, type }: Cell): string => `create table ${name} (id integer primary key, v ${type})`;
const insert = ({ name, type, values }: Cell): string => {
  const rows = [...values.map((value) => `cast(${value} as ${type})`), 'null'].map((value, i) => `(${i}, ${value})`);
  return `insert into ${name} values ${rows.join(', ')}`;
};
const tables = [setup, ...cells.map((cell) => `${create(cell)}; ${insert(cell)}`)].join(';\n');
const source = await server.database('source');
await server.sql(source, tables);
await server.sql(
  server.url(),
  `alter database source set timezone = 'Asia/Kolkata'; alter database source set datestyle = 'German'`,
);

/** The text of every value, as a session with our settings shows it. */
async function textsIn(url: string, name: string): Promise<readonly (readonly (string | null)[])[]> {
  const settings = `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'`;
  return server.sql(url, `${settings}; select id, case when v is not null then format('%s', v) end from ${name} order by id`);
}

/** Every table to the place; then back into a database with the original types, or, from a database, with its own. */
async function roundTrip(
  place: Place,
): Promise<{ readonly out: ReadonlyMap<string, Receipt>; readonly url: string; readonly backs?: ReadonlyMap<string, Receipt> }> {
  const url = await server.database(`back_${place}`);
  const streams = ['--stream', 'c_*'];
  if (place === 'postgres') {
    await server.sql(url, setup);
    return { out: await sync(site, source, url, ...streams), url };
  }
  if (place === 'duckdb' || place === 'mysql') {
    const warehouse = place === 'mysql' ? await mariadb.database() : `duckdb:${site.path('types.duckdb')}`;
    const out = await sync(site, source, warehouse, ...streams);
    await sync(site, warehouse, url, ...streams);
    return { out, url };
  }
  await server.sql(url, [setup, ...cells.map(create)].join(';\n'));
  // One folder, one manifest, three processes at a time: none may take another's turn.
  const out = await sync(site, source, site.path(`{stream}.${place}`), ...streams);
  const backs = new Map<string, Receipt>();
  for (const { name } of cells) {
    if (out.get(name)?.state !== 'succeeded') continue;
    const back = await sync(site, site.path(`${name}.${place}`), url, '--into', name, '--mode', 'append');
    for (const receipt of back.values()) backs.set(name, receipt);
  }
  return { out, url, backs };
}

for (const place of places) {
  suite(place, async () => {
    const { out, url, backs } = await roundTrip(place);
    for (const { name, refused, becomes } of cells) {
      test(name, async () => {
        const error = out.get(name)?.error ?? backs?.get(name)?.error;
        assert.equal(error?.code, refused?.[place], error?.message);
        if (error) return;
        const before = await textsIn(source, name);
        const expected = becomes?.[place]?.map((text, id) => [String(id), text]);
        assert.deepEqual(await textsIn(url, name), expected ? [...expected, [String(expected.length), null]] : before);
      });
    }
  });
}
