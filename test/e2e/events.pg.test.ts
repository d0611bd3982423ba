import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { derivationSite, destinations, type DerivationSite, type Spec } from '../support/derivation.ts';
import { startPostgres } from '../support/postgres.ts';

const server = await startPostgres();
after(() => server.stop());

const clicks = (more: Partial<Spec>, derive: object = {}): Spec => ({
  stream: 'clicks',
  ...more,
  derive: {
    into: 'events',
    identities: [{ field: 'email', type: 'email' }],
    time: { field: 'at', unit: 'ms' },
    labels: { environment: 'production', feed: '7' },
    ...derive,
  },
});

const fill = `create table clicks (n int primary key, email text, at bigint, page text, price numeric(8,2));
  insert into clicks values (1, 'a@x', 1700000000001, '/', 1.50), (2, 'a@x', 1700000000002, '/buy', null), (3, null, 1700000000003, '/', 2.00)`;

const pages = async (site: DerivationSite): Promise<readonly string[]> =>
  (await site.ask('select properties from headgate.events'))
    .map(([text]) => String((JSON.parse(text ?? '') as { page: string }).page))
    .sort();

for (const destination of destinations) {
  suite(`events in ${destination}`, () => {
    test('an incremental read adds each event once, however often its rows are read', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(fill);
      const spec = clicks({ write: 'append', read: 'incremental', cursor: 'at' });
      const first = await site.run(spec);
      assert.equal(first.error, undefined);
      assert.deepEqual([first.derived?.added, first.derived?.linked], [3, 1]);
      const again = await site.run({ ...spec, lookback: '1000' });
      assert.deepEqual([again.read, again.written, again.derived?.added], [3, 0, 0]);
      // The same events by another way: their rows are new to the table, and known by what they say.
      await site.disturb('delete from clicks');
      const late = await site.run({ ...spec, lookback: '1000' });
      assert.deepEqual([late.written, late.derived?.added], [3, 0]);
      const rows = await site.ask(
        `select environment, feed, cast(time as varchar), kind, profile is null, properties from headgate.events order by time`,
      );
      assert.deepEqual(
        rows.map(([environment, feed, time, kind, nobody]) => [environment, feed, time, kind, nobody?.[0]]),
        [
          ['production', '7', '2023-11-14 22:13:20.001+00', 'user', 'f'],
          ['production', '7', '2023-11-14 22:13:20.002+00', 'user', 'f'],
          ['production', '7', '2023-11-14 22:13:20.003+00', 'user', 't'],
        ],
      );
      assert.deepEqual(JSON.parse(rows[0]?.[5] ?? ''), { n: 1, page: '/', price: '1.50' });
      assert.deepEqual(await site.forget(spec), { events: 3, profiles: 0, identities: 1 });
    });

    test('an event says something of its profile, once, and the latest event has the last word', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(fill);
      const sets = { fields: { page: 'last_page', price: 'p'.repeat(9) }, limits: { name: 5, value: 4 } };
      const spec = clicks({ write: 'append', read: 'incremental', cursor: 'at' }, { sets, with_identities: true });
      const first = await site.run(spec);
      assert.deepEqual([first.error, first.derived?.added, first.derived?.changed], [undefined, 3, 1]);
      const users = async (): Promise<unknown> =>
        (await site.ask('select properties from headgate.profiles')).map(([text]) => JSON.parse(text ?? '') as unknown);
      assert.deepEqual(await users(), [{ last_: '/buy', ppppp: '1.50' }]);
      const known = (await site.ask(`select properties from headgate.events`)).map(
        ([text]) => (JSON.parse(text ?? '') as { email?: string }).email,
      );
      assert.deepEqual(known.toSorted(), ['a@x', 'a@x', undefined]);
      // Events that are known say nothing anew, whatever was said since.
      await site.change(`insert into clicks values (4, 'a@x', 1700000000004, 'much too long', null)`);
      await site.disturb('delete from clicks');
      const late = await site.run({ ...spec, lookback: '1000' });
      assert.deepEqual([late.derived?.added, late.derived?.changed], [1, 0]);
      assert.deepEqual(await users(), [{ last_: '/buy', ppppp: '1.50' }]);
      assert.deepEqual((await site.forget(spec)).events, 4);
      assert.deepEqual(await users(), [{}]);
    });

    test('a full read repeats its events, unless they are known by content or by a field', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(fill);
      const added = async (derive: object): Promise<unknown> =>
        (await site.run(clicks({ write: 'replace' }, derive))).derived?.added;
      assert.deepEqual([await added({}), await added({})], [3, 3]);
      assert.deepEqual([await added({ event: 'content' }), await added({ event: 'content' })], [3, 0]);
      assert.deepEqual([await added({ event: ['n'] }), await added({ event: ['n'] })], [3, 0]);
      // Two rows share the field's value, and the one without a value is known by its content already.
      assert.deepEqual([await added({ event: ['email'] }), await added({ event: ['email'] })], [1, 0]);
      // A column that came later and is empty leaves no trace in what an event is known by.
      await site.change('alter table clicks add column later text');
      assert.equal(await added({ event: 'content' }), 0);
    });

    test('a mirror replaces the events of rows that changed, and takes back those of rows that went', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(fill);
      for (const event of ['content', ['n']] as const) {
        const spec = clicks({ write: 'mirror', key: ['n'], into: `clicks_${String(event)}` }, { event });
        assert.equal((await site.run(spec)).derived?.added, 3);
        await site.change(
          `update clicks set page = '/sold' where n = 2; delete from clicks where n = 3; insert into clicks values (4, 'b@x', 1, '/new', 1)`,
        );
        const second = await site.run(spec);
        assert.deepEqual([second.derived?.added, second.derived?.removed], [2, 2]);
        assert.deepEqual(await pages(site), ['/', '/new', '/sold']);
        assert.equal((await site.forget(spec)).events, 3);
        await site.change(`drop table clicks; ${fill}`);
      }
    });

    test('a time outside the calendar is a reject', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(
        `${fill}; insert into clicks values (4, 'a@x', 9223372036854775807, 'never', 1), (5, 'a@x', null, 'now', 1)`,
      );
      const receipt = await site.run(clicks({ write: 'replace' }));
      assert.deepEqual([receipt.read, receipt.written, receipt.rejected, receipt.derived?.added], [5, 4, 1, 4]);
      assert.deepEqual(receipt.derived?.rejects, { 'identity.missing': 0, 'attributes.limit': 0, 'time.invalid': 1 });
    });
  });
}
