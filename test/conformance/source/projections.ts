import assert from 'node:assert/strict';
import { HeadgateError } from '../../../src/domain/error.ts';
import type { Pushdown } from '../../../src/sdk/index.ts';
import type { Facts, Guarantee } from '../kit.ts';
import { everything, openReader, sameRows } from '../reading.ts';
import { bigint, people, text } from '../samples.ts';

const needs = 'source';

const pushes =
  (...steps: readonly Pushdown[]) =>
  ({ source }: Facts): boolean =>
    steps.every((step) => source?.pushdown.includes(step));

export const projections: readonly Guarantee[] = [
  {
    name: 'selected fields come in the order asked for',
    needs,
    applies: pushes('select'),
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(people));
      const columns = ['name', 'id'].map((name) => ({ from: name, as: name }));
      const { rows } = await reader.read({ projection: { columns } });
      sameRows(
        rows,
        people.rows.map(([id = null, name = null]) => [name, id]),
      );
    },
  },
  {
    name: 'two fields can swap their names',
    needs,
    applies: pushes('rename'),
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(people));
      const columns = [
        { from: 'id', as: 'id' },
        { from: 'name', as: 'city' },
        { from: 'city', as: 'na"me' },
      ];
      sameRows((await reader.read({ projection: { columns } })).rows, people.rows);
    },
  },
  {
    name: 'a cast is done at the source',
    needs,
    applies: pushes('cast'),
    run: async (trial) => {
      const rows = [['1', '0042', 'x']];
      await using reader = await openReader(trial, await trial.place.create({ ...people, rows }));
      const columns = [
        { from: 'id', as: 'id', cast: text },
        { from: 'name', as: 'number', cast: bigint },
      ];
      sameRows((await reader.read({ projection: { columns } })).rows, [['1', '42']]);
    },
  },
  {
    name: 'a value that a cast does not take is value.invalid, and is not shown',
    needs,
    applies: pushes('cast'),
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(people));
      const projection = { columns: [{ from: 'name', as: 'name', cast: bigint }] };
      await assert.rejects(reader.read({ projection }), (error) => {
        assert.ok(error instanceof HeadgateError);
        assert.equal(error.code, 'value.invalid');
        assert.doesNotMatch(error.message, /Ada|Grace|Tim/);
        return true;
      });
    },
  },
  {
    name: 'a filter is done at the source, a comment at its end and an OR inside included',
    needs,
    applies: pushes('where'),
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(people));
      const projection = { ...everything(reader.info), where: `id = 1 or city = 'Paris' -- both` };
      const { rows, proof } = await reader.read({ projection });
      sameRows(
        rows,
        people.rows.filter(([id]) => id !== '2'),
      );
      assert.notEqual(proof.evidence, '');
    },
  },
  {
    name: 'a filter that is wrong is stream.query, without SQL in the message',
    needs,
    applies: pushes('where'),
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(people));
      const projection = { ...everything(reader.info), where: `no_such_field = 'a secret'` };
      await assert.rejects(reader.read({ projection }), (error) => {
        assert.ok(error instanceof HeadgateError);
        assert.equal(error.code, 'stream.query');
        assert.doesNotMatch(error.message, /secret|select/i);
        return true;
      });
    },
  },
  {
    name: 'rows are read again by key, and unknown keys give nothing',
    needs,
    applies: pushes('where'),
    run: async (trial) => {
      const rows = [
        ['1', `O'Hara, "x"`, 'a'],
        ['1', 'other', 'b'],
        ['2', `O'Hara, "x"`, 'c'],
      ];
      await using reader = await openReader(trial, await trial.place.create({ ...people, key: ['id', 'name'], rows }));
      const keys = {
        fields: ['id', 'name'],
        values: [
          ['1', `O'Hara, "x"`],
          ['2', `O'Hara, "x"`],
          ['9', 'nobody'],
        ],
      };
      sameRows((await reader.read({ keys })).rows, [rows[0] ?? [], rows[2] ?? []]);
    },
  },
  {
    name: 'explain names the stream and shows no value of a row',
    needs,
    applies: pushes('where'),
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(people));
      const statements = reader.source.explain(reader.request());
      assert.match(statements.join('\n'), /people/);
      const again = reader.source.explain({ ...reader.request(), keys: { fields: ['name'], values: [['Ada']] } });
      assert.doesNotMatch(again.join('\n'), /Ada/);
    },
  },
];
