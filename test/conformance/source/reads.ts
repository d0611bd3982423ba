import assert from 'node:assert/strict';
import { refName } from '../../../src/domain/schema.ts';
import type { Guarantee } from '../kit.ts';
import { everything, openReader, sameRows, sourceOf } from '../reading.ts';
import { bigint, many, people, text, texts, typedTable } from '../samples.ts';

const needs = 'source';

export const reads: readonly Guarantee[] = [
  {
    name: 'a snapshot holds every row, and its proof says how many and why that is all',
    needs,
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(people));
      const { rows, proof } = await reader.read();
      sameRows(rows, people.rows);
      const counted = proof.rows?.[refName(reader.info.stream)];
      assert.equal(counted ?? rows.length, rows.length, 'rows counted = rows sent');
      assert.notEqual(proof.evidence, '');
      assert.notEqual(proof.guarantee, '');
    },
  },
  {
    name: 'zero rows are explained',
    needs,
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create({ ...people, rows: [] }));
      const { rows, proof } = await reader.read();
      assert.deepEqual(rows, []);
      assert.equal(proof.rows?.[refName(reader.info.stream)] ?? 0, 0);
      assert.notEqual(proof.evidence, '');
    },
  },
  {
    name: 'two reads of unchanged data give the same rows',
    needs,
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create({ ...people, rows: many(500, 20) }));
      sameRows((await reader.read()).rows, (await reader.read()).rows);
    },
  },
  {
    name: 'every format is one whole document between checkpoints, with the same rows',
    needs,
    run: async (trial) => {
      const origin = await trial.place.create({ ...people, rows: many(2000, 100) });
      await using reader = await openReader(trial, origin);
      const formats = sourceOf(origin).produces(reader.info.schema, everything(reader.info));
      assert.notEqual(formats.length, 0);
      // Each is decoded with nothing forgiven: a document that is cut, or two in one, does not decode.
      for (const format of formats) assert.equal((await reader.read({ format })).rows.length, 2000, format);
    },
  },
  {
    name: 'NULL and the empty string stay apart',
    needs,
    run: async (trial) => {
      const rows = [
        ['1', '', null],
        ['2', null, ''],
        ['3', 'x', 'y'],
      ];
      await using reader = await openReader(trial, await trial.place.create({ ...people, rows }));
      sameRows((await reader.read()).rows, rows);
    },
  },
  {
    name: 'a row of one NULL is a row',
    needs,
    run: async (trial) => {
      const rows = [['a'], [null], [''], ['b']];
      await using reader = await openReader(
        trial,
        await trial.place.create({ name: 'single', fields: [{ name: 'only', type: text }], rows }),
      );
      sameRows((await reader.read()).rows, rows);
    },
  },
  {
    name: 'text arrives byte for byte',
    needs,
    run: async (trial) => {
      const rows = texts.map((value, index) => [String(index), value]);
      const fields = [
        { name: 'id', type: bigint },
        { name: 'value', type: text },
      ];
      await using reader = await openReader(trial, await trial.place.create({ name: 'texts', fields, rows }));
      sameRows((await reader.read()).rows, rows);
    },
  },
  {
    name: 'values of every type arrive as wire text, to the last digit',
    needs,
    run: async (trial) => {
      const table = typedTable(trial.kit);
      await using reader = await openReader(trial, await trial.place.create(table));
      sameRows((await reader.read()).rows, table.rows);
    },
  },
];
