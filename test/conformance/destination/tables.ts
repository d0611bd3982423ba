import assert from 'node:assert/strict';
import { typeName } from '../../../src/domain/types.ts';
import type { Facts, Guarantee, Table } from '../kit.ts';
import {
  contents,
  load,
  loadInto,
  newAttempt,
  openDestination,
  openWriter,
  pipeline,
  publish,
  rejectsWith,
  stage,
  targetOf,
  withRows,
} from '../loading.ts';
import { encodeCsv } from '../wire.ts';
import type { Destination } from '../../../src/sdk/index.ts';
import type { Trial } from '../kit.ts';
import { sameRows } from '../reading.ts';
import { awkwardNames, bigint, many, people, text, texts, typedTable } from '../samples.ts';

const needs = 'destination';
const appends = ({ destination }: Facts): boolean => destination?.modes.includes('append') ?? false;

export const tables: readonly Guarantee[] = [
  {
    name: 'a table that is not there is described as absent, and looking leaves nothing behind',
    needs,
    run: async (trial) => {
      await using destination = await openDestination(trial);
      const before = await trial.place.inventory();
      assert.equal(await destination.describe({ name: 'nothing' }), undefined);
      assert.deepEqual(await trial.place.inventory(), before);
    },
  },
  {
    name: 'a table is described with its columns in order and their native types',
    needs,
    run: async (trial) => {
      const table = typedTable(trial.kit);
      await trial.place.create(table);
      await using destination = await openDestination(trial);
      const info = await destination.describe({ name: table.name });
      assert.ok(info);
      assert.deepEqual(
        info.schema.fields.map(({ name, type }) => [name, typeName(type)]),
        table.fields.map(({ name, type }) => [name, typeName(type)]),
      );
      for (const field of info.schema.fields) assert.equal(field.native?.system, trial.place.connection.connector);
    },
  },
  {
    name: 'a table is described with its unique columns, and those that a row must name',
    needs,
    run: async (trial) => {
      await trial.place.create(people);
      await using destination = await openDestination(trial);
      const info = await destination.describe({ name: 'people' });
      assert.deepEqual([info?.unique, info?.required], [[people.key], people.key]);
    },
  },
  {
    name: 'text is stored byte for byte, NULL and the empty string stay apart',
    needs,
    run: async (trial) => {
      const rows = [...texts, null].map((value, index) => [String(index), value]);
      const fields = [
        { name: 'id', type: bigint },
        { name: 'value', type: text },
      ];
      const table: Table = { name: 'texts', fields, rows };
      await load(trial, { table, policy: { mode: 'replace' } });
      sameRows(await contents(trial, table), rows);
    },
  },
  {
    name: 'a row of one NULL is a row',
    needs,
    run: async (trial) => {
      const table: Table = { name: 'single', fields: [{ name: 'only', type: text }], rows: [['a'], [null], [''], ['b']] };
      await load(trial, { table, policy: { mode: 'replace' } });
      sameRows(await contents(trial, table), table.rows);
    },
  },
  {
    name: 'values of every type are stored to the last digit',
    needs,
    run: async (trial) => {
      const table = typedTable(trial.kit);
      await load(trial, { table, policy: { mode: 'replace' } });
      sameRows(await contents(trial, table), table.rows);
    },
  },
  {
    name: 'a value that does not fit its column stops the load, is not shown, and leaves the old rows',
    needs,
    applies: ({ holds }) => holds({ kind: 'integer', bits: 32 }),
    run: async (trial) => {
      await trial.place.create(people);
      const failure = await rejectsWith(
        load(trial, { table: withRows(people, ['4', 'Ann', null], ['forty-two', 'Bob', null]), policy: { mode: 'replace' } }),
        'value.invalid',
      );
      assert.doesNotMatch(failure.message, /forty|Bob/);
      sameRows(await contents(trial, people), people.rows);
    },
  },
  {
    name: 'tables and columns with awkward names are written and described',
    needs,
    run: async (trial) => {
      await using destination = await openDestination(trial);
      for (const [index, name] of awkwardNames.entries()) {
        const fields = [
          { name: 'id', type: bigint },
          { name, type: text },
        ];
        const table: Table = { name: `${name} ${index}`, fields, key: ['id'], rows: [['1', 'one']] };
        for (const round of [1, 2]) {
          await loadInto(trial, destination, { table, policy: { mode: 'replace' } });
          sameRows(await contents(trial, table), table.rows, `${name}, round ${round}`);
        }
        const info = await destination.describe({ name: table.name });
        assert.deepEqual(
          info?.schema.fields.map((field) => field.name),
          ['id', name],
        );
      }
    },
  },
  {
    name: 'names that differ only in case are two, where the system tells them apart',
    needs,
    applies: ({ destination }) => destination?.identifiers.foldsCase === false,
    run: async (trial) => {
      const upper = { ...withRows(people, ['9', 'Upper', null]), name: 'People' };
      await load(trial, { table: people, policy: { mode: 'replace' } });
      await load(trial, { table: upper, policy: { mode: 'replace' } });
      sameRows(await contents(trial, people), people.rows);
      sameRows(await contents(trial, upper), upper.rows);
    },
  },
  {
    name: 'a namespace that is not there is made',
    needs,
    applies: ({ destination }) => destination?.identifiers.defaultNamespace !== undefined,
    run: async (trial) => {
      const table = { ...people, namespace: 'Raw data' };
      await load(trial, { table, policy: { mode: 'replace' } });
      sameRows(await contents(trial, table), people.rows);
    },
  },
  {
    name: 'columns that a table lacks are added, and those that do not arrive stay',
    needs,
    applies: ({ destination }) => destination?.modes.includes('merge') ?? false,
    run: async (trial) => {
      await trial.place.create(people);
      const fields = [
        { name: 'id', type: bigint },
        { name: 'age', type: bigint },
      ];
      const incoming: Table = {
        name: 'people',
        fields,
        key: ['id'],
        rows: [
          ['1', '36'],
          ['4', '40'],
        ],
      };
      await load(trial, { table: incoming, policy: { mode: 'merge' } });
      const all = { ...people, fields: [...people.fields, { name: 'age', type: bigint }] };
      sameRows(await contents(trial, all), [
        ['1', 'Ada', 'London', '36'],
        ['2', 'Grace', null, null],
        ['3', 'Tim', 'Paris', null],
        ['4', null, null, '40'],
      ]);
    },
  },
  {
    name: 'a document that is cut off is never loaded as a shorter one',
    needs,
    run: async (trial) => {
      await using destination = await openDestination(trial);
      const cut = withRows(people, ['1', 'Ada', 'x'.repeat(100)]);
      await rejectsWith(loadCut(trial, destination, cut), 'file.format', 'file.truncated', 'value.invalid', 'read.incomplete');
      assert.equal(await contents(trial, people), undefined);
    },
  },
  {
    name: 'several writers, or one after the other, stage one table',
    needs,
    applies: appends,
    run: async (trial) => {
      await using destination = await openDestination(trial);
      const parts = [many(300, 10).slice(0, 100), many(300, 10).slice(100)].map((rows) => withRows(people, ...rows));
      await stageParts(trial, destination, parts);
      sameRows(await contents(trial, people), many(300, 10));
    },
  },
];

/** Stages the document without its last bytes, in the middle of a quoted value, and publishes what the writer took. */
async function loadCut(trial: Trial, destination: Destination, table: Table): Promise<void> {
  const { fence } = await destination.claim(pipeline);
  const target = await targetOf(trial, destination, { table, policy: { mode: 'replace' } });
  await using writer = await openWriter(destination, target);
  const cut = encodeCsv(table.rows).subarray(0, -20);
  await writer.write(
    (async function* () {
      yield cut;
    })(),
  );
  await publish(destination, [{ target, staged: [await writer.flush()] }], { fence });
}

async function stageParts(trial: Trial, destination: Destination, parts: readonly Table[]): Promise<void> {
  const { fence } = await destination.claim(pipeline);
  const attempt = newAttempt();
  const staged = [];
  for (const [index, table] of parts.entries()) {
    staged.push(await stage(trial, destination, { table, policy: { mode: 'append' } }, { attempt, ordinal: index + 1 }));
  }
  const [first] = staged;
  assert.ok(first);
  await publish(destination, [{ target: first.target, staged: staged.flatMap((part) => part.staged) }], { fence });
}
