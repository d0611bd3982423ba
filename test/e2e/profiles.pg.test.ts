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
  });
}
