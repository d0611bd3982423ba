import assert from 'node:assert/strict';
import { HeadgateError } from '../../../src/domain/error.ts';
import { typeName } from '../../../src/domain/types.ts';
import type { Facts, Guarantee, Origin, Trial } from '../kit.ts';
import { everything, openReader, sameRows, sourceOf } from '../reading.ts';
import { awkwardNames, people, typedTable } from '../samples.ts';

const needs = 'source';
const queries = ({ source }: Facts): boolean => source?.pushdown.includes('query') ?? false;

/** A source that is open over three tables. */
async function overThree(trial: Trial) {
  const origin = await trial.place.create(people);
  for (const name of ['pets', 'planets']) await trial.place.create({ ...people, name });
  return sourceOf(origin).open(trial.context);
}

async function requestOf(trial: Trial, origin: Origin) {
  await using reader = await openReader(trial, origin);
  return reader.request();
}

async function code(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof HeadgateError, `a HeadgateError, not ${String(error)}`);
    return error.code;
  }
  return 'none';
}

export const discovery: readonly Guarantee[] = [
  {
    name: 'discovery lists fields in order, with their types',
    needs,
    run: async (trial) => {
      const table = typedTable(trial.kit);
      await using reader = await openReader(trial, await trial.place.create(table));
      const { fields } = reader.info.schema;
      assert.deepEqual(
        fields.map(({ name, type }) => [name, typeName(type)]),
        table.fields.map(({ name, type }) => [name, typeName(type)]),
      );
    },
  },
  {
    name: 'discovery knows the key, in its order',
    needs,
    run: async (trial) => {
      const table = { ...people, key: ['name', 'id'] };
      await using reader = await openReader(trial, await trial.place.create(table));
      assert.deepEqual(reader.info.schema.key, table.key);
    },
  },
  {
    name: 'discovery without names lists every stream',
    needs,
    run: async (trial) => {
      await using source = await overThree(trial);
      const names = (await source.discover()).map(({ stream }) => stream.name);
      assert.deepEqual(names.toSorted(), ['people', 'pets', 'planets']);
    },
  },
  {
    name: 'a name with * means all streams that match, each once',
    needs,
    run: async (trial) => {
      await using source = await overThree(trial);
      const matching = async (...names: string[]) =>
        (await source.discover(names.map((name) => ({ name })))).map(({ stream }) => stream.name).toSorted();
      assert.deepEqual(await matching('p*'), ['people', 'pets', 'planets']);
      assert.deepEqual(await matching('*et*'), ['pets', 'planets']);
      assert.deepEqual(await matching('pets', 'pe*'), ['people', 'pets']);
    },
  },
  {
    name: 'a stream that is not there is stream.missing, with the nearest name as the hint',
    needs,
    run: async (trial) => {
      await using source = await overThree(trial);
      const missing = source.discover([{ name: 'peeple' }]);
      assert.equal(await code(missing), 'stream.missing');
      await assert.rejects(missing, (error: HeadgateError) => error.hint.includes('people'));
    },
  },
  {
    name: 'a stream that went away after discovery is an error',
    needs,
    run: async (trial) => {
      const origin = await trial.place.create(people);
      const request = await requestOf(trial, origin);
      await trial.place.drop(people);
      await using source = await sourceOf(origin).open(trial.context);
      const reading = Array.fromAsync(source.read(request));
      assert.match(await code(reading), /^(stream\.missing|file\.missing|file\.changed)$/);
    },
  },
  {
    name: 'a field that went away after discovery is an error, never left out',
    needs,
    applies: ({ source }) => source?.pushdown.includes('select') ?? false,
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(people));
      const [flow] = reader.request().flows;
      assert.ok(flow);
      const gone = { name: 'gone', type: { kind: 'text' as const }, nullable: true };
      const schema = { ...flow.schema, fields: [...flow.schema.fields, gone] };
      const projection = everything({ ...reader.info, schema });
      const reading = Array.fromAsync(reader.source.read({ ...reader.request(), flows: [{ ...flow, schema, projection }] }));
      assert.match(await code(reading), /^(field\.missing|stream\.changed|stream\.query)$/);
    },
  },
  {
    name: 'streams and fields with awkward names are discovered and read',
    needs,
    run: async (trial) => {
      for (const [index, name] of awkwardNames.entries()) {
        const fields = [people.fields[0], { name, type: { kind: 'text' as const } }].filter((field) => field !== undefined);
        const rows = [['1', 'one']];
        await using reader = await openReader(trial, await trial.place.create({ name: `${name} ${index}`, fields, rows }));
        assert.deepEqual(
          reader.info.schema.fields.map((field) => field.name),
          ['id', name],
        );
        sameRows((await reader.read()).rows, rows, name);
      }
    },
  },
  {
    name: 'a query is a stream',
    needs,
    applies: queries,
    run: async (trial) => {
      const { connection } = await trial.place.create(people);
      const query = 'select name, id from people where id <> 2 -- a comment at the end';
      await using reader = await openReader(trial, { connection, stream: { name: 'some', query } });
      assert.equal(reader.info.kind, 'query');
      assert.deepEqual(
        reader.info.schema.fields.map(({ name }) => name),
        ['name', 'id'],
      );
      sameRows((await reader.read()).rows, [
        ['Ada', '1'],
        ['Tim', '3'],
      ]);
    },
  },
  {
    name: 'a query that is not one SELECT is refused and changes nothing',
    needs,
    applies: queries,
    run: async (trial) => {
      const { connection } = await trial.place.create(people);
      for (const query of [
        'delete from people',
        'select 1 as one; delete from people',
        'select * from people) x; delete from people; select * from (select 1',
      ]) {
        const reading = async () => {
          await using reader = await openReader(trial, { connection, stream: { name: 'bad', query } });
          await reader.read();
        };
        assert.match(await code(reading()), /^(stream\.query|query\.invalid|access\.denied)$/, query);
      }
      sameRows(await trial.place.rows(people, people.fields), people.rows);
    },
  },
];
