/** A program that is older than its state: it says so with an exit code of its own, and touches nothing. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { openDb } from '../../src/store/db.ts';
import { startService } from '../support/service.ts';
import { openSite } from '../support/site.ts';
import { migrationsFolder } from '../support/state.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

test('it ends with 4', async () => {
  const url = await site.server.database('newer');
  await using db = openDb(url, 2);
  await migrate(db, await readMigrations(migrationsFolder));
  await db.query("insert into headgate.migrations (number, name) values (999999, '999999_future.sql')");
  await assert.rejects(startService(site.path('older'), { DATABASE_URL: url }), /ended with 4: .*state\.newer/s);
  assert.deepEqual(await db.query('select from headgate.api_keys'), []);
});
