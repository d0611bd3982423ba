/** The tutorial of examples/mparticle, with curl alone, against a server and a database as they are. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { adminKey, startService } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

test('the tutorial makes users and events', async () => {
  const url = await site.server.database('shop');
  await site.server.sql(
    url,
    `create table customers as select 'u' || i || '@example.com' as email, i as customer_id, 'pro' as plan, now() - interval '1 hour' as updated_on
       from generate_series(1, 3) i;
     create table orders as select 'u1@example.com' as email, 'Order ' || i as name, now() - interval '1 hour' as updated_on from generate_series(1, 2) i`,
  );
  await using service = await startService(site.path('data'));
  const { hostname, port, pathname, username, password } = new URL(url);
  const script = join(import.meta.dirname, '..', '..', 'examples', 'mparticle', 'tutorial.sh');
  const { stdout } = await promisify(execFile)('bash', [script], {
    env: {
      ...process.env,
      API_URL: service.url,
      ADMIN_KEY: adminKey,
      PGHOST: hostname,
      PGPORT: port,
      PGDATABASE: pathname.slice(1),
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password) || 'none',
    },
  });
  const [, users = '', events = ''] = /6\. users\n(.*)\n7\. events\n(.*)\n/.exec(stdout) ?? [];
  const rows = (text: string) => (JSON.parse(text) as { readonly rows: readonly (readonly string[])[] }).rows;
  assert.equal(rows(users).filter(([type]) => type === 'email').length, 3, stdout);
  assert.equal(rows(users).filter(([type]) => type === 'customer_id').length, 3);
  assert.ok(rows(users).every((row) => /"plan": ?"pro"/.test(String(row[2]))));
  assert.deepEqual(
    rows(events)
      .map(([properties]) => /Order \d/.exec(String(properties))?.[0])
      .sort(),
    ['Order 1', 'Order 2'],
  );
});
