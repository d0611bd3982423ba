import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { derivationSite, destinations, type DerivationSite, type Spec } from '../support/derivation.ts';
import { startPostgres } from '../support/postgres.ts';

const server = await startPostgres();
after(() => server.stop());

const companies = (more: Partial<Spec>, derive: object = {}): Spec => ({
  stream: 'companies',
  key: ['id'],
  ...more,
  derive: { into: 'profiles', kind: 'group:company', id: 'id', ...derive },
});

const properties = async (site: DerivationSite): Promise<Record<string, unknown>> => {
  const rows = await site.ask('select id, properties from headgate.profiles order by id');
  return Object.fromEntries(rows.map(([id, text]) => [id, JSON.parse(text ?? '') as unknown]));
};

/** Of a change of another channel: one property of one company. */
const elsewhere: Spec = {
  stream: 'owners',
  write: 'merge',
  key: ['id'],
  derive: { into: 'profiles', kind: 'group:company', id: 'id' },
};

async function twoRuns(site: DerivationSite, spec: Spec) {
  await site.change(`create table companies (id text primary key, name text, plan text, seats int);
    insert into companies values ('c1', 'Acme', 'Pro', 10), ('c2', 'Bolt', 'Free', null), ('c3', 'Cog', 'Pro', 7);
    create table owners (id text primary key, owner text); insert into owners values ('c2', 'zoe')`);
  const first = await site.run(spec);
  assert.equal(first.error, undefined);
  assert.equal((await site.run(elsewhere)).error, undefined);
  await site.change(`update companies set plan = 'Ent' where id = 'c1'; delete from companies where id = 'c2';
    update companies set seats = null where id = 'c3'; insert into companies values ('c4', 'Dot', 'Free', 1)`);
  const second = await site.run(spec);
  assert.equal(second.error, undefined);
  return { first, second, after: await properties(site) };
}

for (const destination of destinations) {
  suite(`profiles in ${destination}`, () => {
    test('a mirror writes what changed, and unsets what this import wrote of rows that went', async () => {
      await using site = await derivationSite(server, destination);
      const { first, second, after: found } = await twoRuns(site, companies({ write: 'mirror' }));
      assert.deepEqual([first.derived?.added, first.derived?.changed], [3, 0]);
      assert.deepEqual([second.derived?.added, second.derived?.changed], [1, 3]);
      assert.deepEqual(found, {
        c1: { name: 'Acme', plan: 'Ent', seats: 10 },
        c2: { owner: 'zoe' },
        c3: { name: 'Cog', plan: 'Pro' },
        c4: { name: 'Dot', plan: 'Free', seats: 1 },
      });
    });

    test('a merge that keeps what is NULL leaves properties and rows alone', async () => {
      await using site = await derivationSite(server, destination);
      const { second, after: found } = await twoRuns(site, companies({ write: 'merge', nulls: 'keep' }));
      assert.deepEqual([second.derived?.added, second.derived?.changed], [1, 1]);
      assert.deepEqual(found, {
        c1: { name: 'Acme', plan: 'Ent', seats: 10 },
        c2: { name: 'Bolt', plan: 'Free', owner: 'zoe' },
        c3: { name: 'Cog', plan: 'Pro', seats: 7 },
        c4: { name: 'Dot', plan: 'Free', seats: 1 },
      });
    });

    test('what an import wrote goes with it, and what it covered comes back', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(`create table companies (id text primary key, name text, plan text);
        insert into companies values ('c1', 'Acme', 'Pro'), ('c2', 'Bolt', 'Free');
        create table owners (id text primary key, plan text, owner text); insert into owners values ('c1', 'Gold', 'zoe')`);
      const first = companies({ write: 'mirror' });
      for (const spec of [first, elsewhere]) assert.equal((await site.run(spec)).error, undefined);
      assert.deepEqual((await properties(site))['c1'], { name: 'Acme', plan: 'Gold', owner: 'zoe' });
      await site.change(`update companies set name = 'Acme Inc' where id = 'c1'`);
      assert.equal((await site.run(first)).derived?.changed, 1);
      const who = await site.ask(
        `select property, value, seq, current from headgate.profile_properties where id = 'c1' order by property, seq`,
      );
      const plain = who.map(([property, value, seq, current]) => [property, value, seq, current?.[0]]);
      assert.deepEqual(plain, [
        ['name', '"Acme Inc"', '3', 't'],
        ['owner', '"zoe"', '2', 't'],
        ['plan', '"Pro"', '1', 'f'],
        ['plan', '"Gold"', '2', 't'],
      ]);
      assert.deepEqual(await site.forget(elsewhere), { events: 0, profiles: 1, identities: 0 });
      assert.deepEqual(await properties(site), { c1: { name: 'Acme Inc', plan: 'Pro' }, c2: { name: 'Bolt', plan: 'Free' } });
      assert.deepEqual(await site.forget(elsewhere), { events: 0, profiles: 0, identities: 0 });
      assert.deepEqual(await site.forget(first), { events: 0, profiles: 2, identities: 0 });
      assert.deepEqual(await properties(site), { c1: {}, c2: {} });
      // Nothing of it is left: the next run writes everything anew.
      assert.equal((await site.run(first)).derived?.changed, 2);
    });

    test('identities lead to one profile, whatever the order of the rows', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(`create table people (n int, customer text, email text, phone text, plan text);
        insert into people values (1, null, null, '5', 'phone only'), (2, null, 'a@x', '5', 'mail'), (3, '7', 'a@x', null, 'all'),
          (4, '8', null, null, 'other'), (5, null, ' ', null, 'nobody'), (6, 'unknown', null, null, 'refused')`);
      const spec: Spec = {
        stream: 'people',
        write: 'append',
        read: 'incremental',
        cursor: 'n',
        nulls: 'keep',
        derive: {
          into: 'profiles',
          identities: [
            { field: 'customer', type: 'customer_id' },
            { field: 'email', type: 'email' },
            { field: 'phone', type: 'phone' },
          ],
          refused: ['unknown'],
          time: { field: 'n', unit: 's' },
        },
      };
      const receipt = await site.run(spec);
      assert.equal(receipt.error, undefined);
      assert.deepEqual([receipt.read, receipt.written, receipt.rejected], [6, 4, 2]);
      assert.deepEqual([receipt.derived?.added, receipt.derived?.linked, receipt.derived?.conflicts], [2, 4, 0]);
      assert.equal(receipt.derived?.rejects['identity.missing'], 2);
      const refused = await site.rejects();
      assert.deepEqual(
        refused.map(({ field, code, value, record }) => [field, code, value, JSON.parse(record ?? '')]),
        [
          ['customer', 'identity.missing', null, { n: '5', customer: null, email: ' ', phone: null, plan: 'nobody' }],
          ['customer', 'identity.missing', 'unknown', { n: '6', customer: 'unknown', email: null, phone: null, plan: 'refused' }],
        ],
      );
      const people = await site.ask(`select type, value, properties from headgate.identities i
        join headgate.profiles p on p.kind = i.kind and p.id = i.profile order by type, value`);
      assert.deepEqual(
        people.map(([type, value, text]) => [type, value, (JSON.parse(text ?? '') as { plan: string }).plan]),
        [
          ['customer_id', '7', 'all'],
          ['customer_id', '8', 'other'],
          ['email', 'a@x', 'all'],
          ['phone', '5', 'all'],
        ],
      );
      // Two profiles in one row: the stronger identity says whose it is, the other stays where it was.
      await site.change(`insert into people values (7, '8', 'a@x', null, 'torn')`);
      const torn = await site.run(spec);
      assert.deepEqual([torn.read, torn.derived?.changed, torn.derived?.linked, torn.derived?.conflicts], [2, 1, 0, 1]);
      const [eight] = await site.ask(`select p.properties from headgate.identities i join headgate.profiles p on p.id = i.profile
        where i.type = 'customer_id' and i.value = '8'`);
      assert.deepEqual(JSON.parse(eight?.[0] ?? ''), { plan: 'torn' });
      assert.deepEqual(await site.forget(spec), { events: 0, profiles: 2, identities: 4 });
    });

    test('values keep their digits, and limits hold', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(`create table v (id int primary key, big bigint, price numeric(30,10), d date, ts timestamptz, ok boolean,
          f double precision, j jsonb, t text, long text, b bytea);
        insert into v values (1, 9223372036854775807, 12345678901234567890.1000000000, '2024-02-29', '2024-03-10 02:30:00.123456+00', true,
          0.1, '{"x": null, "n": 1.50}', E'say "hi"\\\\\\nü', 'short', '\\x00ff'),
        (2, null, null, null, null, null, null, null, null, repeat('x', 11), null),
        (3, 1, 1, '2024-01-01', now(), true, 1, '{}', 't', 'l', '\\x00')`);
      const derive: NonNullable<Spec['derive']> = { into: 'profiles', id: 'id', except: ['b'] };
      const spec: Spec = { stream: 'v', write: 'merge', derive: { ...derive, limits: { value: 60, count: 9 } } };
      assert.equal((await site.run(spec)).error, undefined);
      const [one] = await site.ask(`select properties from headgate.profiles where id = '1'`);
      assert.match(one?.[0] ?? '', /"big": ?9223372036854775807[,}]/);
      const found = JSON.parse(one?.[0] ?? '') as Record<string, unknown>;
      assert.deepEqual(
        { ...found, big: 0 },
        {
          big: 0,
          price: '12345678901234567890.1000000000',
          d: '2024-02-29',
          ts: '2024-03-10 02:30:00.123456+00',
          ok: true,
          f: 0.1,
          j: { x: null, n: 1.5 },
          t: 'say "hi"\\\nü',
          long: 'short',
        },
      );
      assert.deepEqual((await properties(site))['2'], { long: 'xxxxxxxxxxx' });
      await site.change(`truncate v; insert into v (id, long, t) values (2, repeat('y', 61), 'new')`);
      const cut = await site.run({ ...spec, derive: { ...derive, limits: { value: 60, count: 1, name: 3 } } });
      assert.deepEqual([cut.derived?.dropped, cut.derived?.cut, cut.derived?.changed, cut.rejected], [1, 2, 1, 0]);
      assert.deepEqual((await properties(site))['2'], { long: 'xxxxxxxxxxx', t: 'new' });
      await site.change(`update v set long = 'short', t = 'newer'`);
      const many = await site.run({ ...spec, derive: { ...derive, limits: { count: 1 } } });
      assert.deepEqual([many.rejected, many.derived?.rejects['attributes.limit'], many.derived?.changed], [1, 1, 0]);
      assert.deepEqual(
        (await site.rejects()).map(({ code, reason, field }) => [code, reason, field]),
        [['attributes.limit', 'more than 1 attributes', null]],
      );
    });

    test('what is no number is a text, what is NULL is not there; who shares an identity is told apart by a stronger one', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(`create table v (id int primary key, email text, phone text, f double precision, r real, n smallint, ok boolean, "it's" text, note text);
        insert into v values (1, 'a@x', '5', 'NaN', 'Infinity', -7, null, 'x', null), (2, 'b@x', null, '-Infinity', 0.1, null, false, null, '')`);
      const identities = [
        { field: 'id', type: 'customer_id' },
        { field: 'email', type: 'email' },
        { field: 'phone', type: 'phone' },
      ];
      const spec: Spec = { stream: 'v', write: 'merge', key: ['id'], derive: { into: 'profiles', identities } };
      const said = async () =>
        (await site.ask('select properties from headgate.profiles'))
          .map(([text]) => JSON.parse(text ?? '') as Readonly<Record<string, unknown>>)
          .toSorted((a, b) => Number(b['n'] ?? 0) - Number(a['n'] ?? 0));
      const texts = { f: '-Infinity', r: 0.1, ok: false, note: '' };
      // The second time the table is there, and its rows are compared.
      for (const added of [2, 1]) {
        const run = await site.run(spec);
        assert.deepEqual([run.error, run.derived?.added], [undefined, added]);
        if (added === 2) await site.change(`insert into v select 3, 'c@x', null, 'NaN', 'Infinity', -8, null, 'x', null`);
      }
      assert.deepEqual(await said(), [
        texts,
        { f: 'NaN', r: 'Infinity', n: -7, "it's": 'x' },
        { f: 'NaN', r: 'Infinity', n: -8, "it's": 'x' },
      ]);
      // One more row of somebody who is known, and two who share the weakest of theirs.
      await site.change(`insert into v values (4, 'c@x', null, 1, 1, 4, true, 'four', 'x'), (5, 'd@x', '9', 2, 2, 5, true, 'five', 'x'), (6, 'e@x', '9', 3, 3, 6, true, 'six', 'x');
        update v set n = 1 where id = 1`);
      const third = await site.run(spec);
      assert.deepEqual(
        [third.error, third.derived?.added, third.derived?.changed, third.derived?.conflicts],
        [undefined, 2, 2, 1],
      );
      assert.deepEqual(
        (await said()).map(({ n }) => n ?? null),
        [6, 5, 4, 1, null],
      );
    });

    test('saying it again changes nothing; a value more leaves the digits of the others alone', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(`create table v (id text primary key, big bigint, f double precision, price numeric, ok boolean, t text);
        insert into v values ('a', -9007199254740993, 1e22, 1.10, true, E'ü "q" \\\\ \\n'), ('b', 1, 0.1, 2.50, false, '')`);
      const spec: Spec = { stream: 'v', write: 'replace', derive: { into: 'profiles', id: 'id' } };
      const when = `select id, updated_at, properties from headgate.profiles order by id`;
      assert.equal((await site.run(spec)).derived?.added, 2);
      const first = await site.ask(when);
      assert.equal((await site.run(spec)).derived?.changed, 0);
      assert.deepEqual(await site.ask(when), first);
      await site.change(`update v set t = 'new' where id = 'b'`);
      assert.equal((await site.run(spec)).derived?.changed, 1);
      assert.deepEqual((await site.ask(when))[0], first[0]);
      // From now on a value is a document: what was said before stays as it was.
      await site.change(`alter table v add j jsonb; update v set j = '{"n": 1.50, "list": [1.10]}' where id = 'a'`);
      assert.equal((await site.run(spec)).error, undefined);
      const texts = (await site.ask(when)).map(([, , text]) => String(text).replaceAll(': ', ':'));
      assert.match(texts[0] ?? '', /"n":1\.50[,}]/);
      assert.match(texts[0] ?? '', /"big":-9007199254740993[,}]/);
      const found = (await properties(site)) as Record<string, Record<string, unknown>>;
      assert.deepEqual({ ...found['a'], big: 0, j: 0 }, { big: 0, f: 1e22, price: '1.10', ok: true, t: 'ü "q" \\ \n', j: 0 });
      assert.deepEqual(found['b'], { big: 1, f: 0.1, price: '2.50', ok: false, t: 'new' });
      const whose = await site.ask(`select count(*) from headgate.profile_properties where current and id = 'a'`);
      assert.deepEqual(whose, [['6']]);
    });

    test('arrays are lists wherever they come from, with limits of their own; objects may be texts', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(`create table companies (id text primary key, tags text[], sizes bigint[], flags boolean[], many int[], long text[], spec json);
        insert into companies values ('c1', array['x', 'a,b', 'q"u\\o', null, 'NULL', ''], '{1,9007199254740993,null}', '{t,f}', '{1,2,3,4,5,6,7}',
          array[repeat('x', 18)], '{"a": 1.50}'), ('c2', '{}', null, null, null, null, '[1, {"b": 2}]')`);
      const derive = { limits: { value: 20, list: { entries: 6, entry: 17 } }, objects: 'text' };
      const spec = companies({ write: 'merge' }, derive);
      const said = async (): Promise<string> => {
        const run = await site.run(spec);
        assert.deepEqual([run.error, run.derived?.dropped], [undefined, 2]);
        const rows = await site.ask('select id, properties from headgate.profiles order by id');
        return rows.map(([, text]) => text?.replaceAll(/(?<=[:,]) /g, '')).join('\n');
      };
      const first = await said();
      assert.match(first, /"tags":\["x","a,b","q\\"u\\\\o",null,"NULL",""\]/);
      assert.match(first, /"sizes":\[1,9007199254740993,null\]/);
      assert.match(first, /"flags":\[true,false\]/);
      assert.doesNotMatch(first, /many|long/);
      assert.match(first, /"tags":\[\]/);
      assert.match(first, /"spec":"\{\\"a\\":1.50\}"/);
      assert.match(first, /"spec":\[1,\{"b":2\}\]/);
    });

    test('imports of the same profiles at the same time wait for each other', async () => {
      await using site = await derivationSite(server, destination);
      const flows = ['a', 'b', 'c'];
      for (const name of flows)
        await site.change(
          `create table ${name} (id int primary key, ${name}_plan text); insert into ${name} select i, '${name}' from generate_series(1, 50) i`,
        );
      const receipts = await Promise.all(
        flows.map(async (stream) => await site.run({ stream, write: 'merge', derive: { into: 'profiles', id: 'id' } })),
      );
      assert.deepEqual(
        receipts.map(({ error }) => error),
        [undefined, undefined, undefined],
      );
      const found = Object.values(await properties(site));
      assert.equal(found.length, 50);
      for (const one of found) assert.deepEqual(one, { a_plan: 'a', b_plan: 'b', c_plan: 'c' });
    });
  });
}
