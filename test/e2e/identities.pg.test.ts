/** Whose a row is, where rows share nothing, where they share something, and where somebody comes back. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, suite, test } from 'node:test';
import { derivationSite, destinations, type DerivationSite, type Spec } from '../support/derivation.ts';
import { startPostgres } from '../support/postgres.ts';

const server = await startPostgres();
after(() => server.stop());

const people: Spec = {
  stream: 'people',
  write: 'merge',
  key: ['id'],
  derive: {
    into: 'profiles',
    identities: [
      { field: 'email', type: 'email' },
      { field: 'other', type: 'email' },
      { field: 'phone', type: 'phone' },
    ],
    attributes: ['plan'],
  },
};

/** Each identity with the plan of the profile that it leads to. */
async function whose(site: DerivationSite): Promise<readonly string[]> {
  const rows = await site.ask(`select i.type, i.value, p.properties->>'plan' from headgate.identities i
    join headgate.profiles p on p.kind = i.kind and p.id = i.profile order by 1, 2`);
  return rows.map((row) => row.join(' '));
}

const threePeople = `create table people (id int primary key, email text, other text, phone text, plan text);
  insert into people values (1, 'a@x', null, null, 'one'), (2, ' b@x', null, '5', 'two'), (3, null, null, '6', 'three')`;

async function peopleGrow(site: DerivationSite): Promise<void> {
  await site.change(threePeople);
  const first = await site.run(people);
  assert.deepEqual([first.error, first.derived?.added, first.derived?.linked, first.derived?.conflicts], [undefined, 3, 4, 0]);
  // Two who are known bring an identity each that is new, one of them beside one of somebody else; a new one brings two.
  await site.change(`update people set phone = '7', plan = 'uno' where id = 1; update people set email = 'b@x ', other = 'c@x', phone = '6', plan = 'deux' where id = 2;
    insert into people values (4, 'd@x', null, '8', 'four')`);
  const second = await site.run(people);
  assert.deepEqual(
    [second.derived?.added, second.derived?.changed, second.derived?.linked, second.derived?.conflicts],
    [1, 2, 4, 1],
  );
  // One value in two fields is one identity; two rows with it are one person.
  await site.change(`insert into people values (5, 'e@x', 'e@x', null, 'five'), (6, null, 'e@x', '9', 'five')`);
  const third = await site.run(people);
  assert.deepEqual([third.derived?.added, third.derived?.changed, third.derived?.linked], [1, 0, 2]);
}

const everyone = [
  'email a@x uno',
  'email b@x deux',
  'email c@x deux',
  'email d@x four',
  'email e@x five',
  'phone 5 deux',
  'phone 6 three',
  'phone 7 uno',
  'phone 8 four',
  'phone 9 five',
];

for (const destination of destinations) {
  suite(`identities in ${destination}`, () => {
    test('new ones go to whose row they are in, and who was forgotten comes back as the same', async () => {
      await using site = await derivationSite(server, destination);
      await peopleGrow(site);
      assert.deepEqual(await whose(site), everyone);
      const ids = await site.ask('select id from headgate.profiles order by id');
      assert.deepEqual(await site.forget(people), { events: 0, profiles: 5, identities: 10 });
      // Two who had one phone when the first of them was known already are one now.
      const again = await site.run(people);
      assert.deepEqual([again.error, again.derived?.added, again.derived?.changed], [undefined, 0, 4]);
      assert.deepEqual(await site.ask('select id from headgate.profiles order by id'), ids);
      // All but the phone that is in no row any more.
      assert.equal((await whose(site)).length, 9);
    });

    test('an identity that leads to a profile which is not there yet, and the row that founds it, are one person', async () => {
      await using site = await derivationSite(server, destination);
      await site.change(threePeople);
      assert.equal((await site.run(people)).derived?.added, 3);
      // As it is after a pipeline of events was forgotten that had found the profile, and another one had added to it.
      const founded = createHash('sha256').update('user\nemail\nz@x').digest('hex').slice(0, 32);
      await site.disturb(`insert into headgate.identities values ('user', 'phone', '55', '${founded}', 1)`);
      await site.change(`insert into people values (7, 'z@x', null, null, 'seven'), (8, null, null, '55', 'eight')`);
      const run = await site.run(people);
      assert.deepEqual([run.error, run.derived?.added, run.derived?.linked, run.derived?.conflicts], [undefined, 1, 1, 0]);
      assert.deepEqual((await whose(site)).slice(-4), ['email z@x eight', 'phone 5 two', 'phone 55 eight', 'phone 6 three']);
    });
  });
}

test('tables of earlier versions are written as they are', async () => {
  await using site = await derivationSite(server, 'postgres');
  await site.disturb(`create schema headgate;
    create table headgate.imports (import integer primary key, pipeline text not null unique, seq bigint not null);
    create table headgate.events (import integer not null, id text not null, kind text not null, profile text,
      time timestamptz not null, properties jsonb not null, seq bigint not null, primary key (import, id));
    create table headgate.profiles (kind text not null, id text not null, properties jsonb not null, updated_at timestamptz not null,
      import integer, seq bigint not null, written jsonb, primary key (id, kind));
    create table headgate.identities (kind text not null, type text not null, value text not null, profile text not null,
      import integer not null, primary key (value, type, kind));
    insert into headgate.imports values (1, 'earlier', 1);
    insert into headgate.profiles values ('user', 'p', '{"plan": "early"}', now(), 1, 1, null);
    insert into headgate.identities values ('user', 'phone', '5', 'p', 1)`);
  await site.change(threePeople);
  const run = await site.run(people);
  assert.deepEqual([run.error, run.derived?.added, run.derived?.changed, run.derived?.linked], [undefined, 2, 1, 3]);
  assert.deepEqual(await whose(site), ['email a@x one', 'email b@x two', 'phone 5 two', 'phone 6 three']);
  const who = await site.ask(
    `select property, value, pipeline = 'earlier', current from headgate.profile_properties where id = 'p' order by seq`,
  );
  assert.deepEqual(who, [
    ['plan', '"early"', 't', 'f'],
    ['plan', '"two"', 'f', 't'],
  ]);
  await site.change(`update people set plan = 'deux' where id = 2; update people set plan = 'un' where id = 1`);
  assert.equal((await site.run(people)).derived?.changed, 2);
});
