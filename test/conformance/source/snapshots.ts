import assert from 'node:assert/strict';
import { hasSnapshots, isPartitionable } from '../../../src/sdk/index.ts';
import type { Guarantee, Row } from '../kit.ts';
import { openReader, sameRows } from '../reading.ts';
import { many, people } from '../samples.ts';

const needs = 'source';
const table = { ...people, rows: many(5000, 200) };
const later = [['900000', 'later', null]];

/** Facets of a source show only when it is open, so these two pass where the facet is absent. */
export const snapshots: readonly Guarantee[] = [
  {
    name: 'reads under one snapshot, where the source has them, see one moment',
    needs,
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(table));
      if (!hasSnapshots(reader.source)) return;
      await using snapshot = await reader.source.openSnapshot();
      await trial.place.insert(table, table.fields, later);
      sameRows((await reader.read({ snapshot: snapshot.id })).rows, table.rows);
      sameRows((await reader.read()).rows, [...table.rows, ...later]);
    },
  },
  {
    name: 'partitions, where the source has them, add up to the snapshot',
    needs,
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(table));
      const [flow] = reader.request().flows;
      if (!hasSnapshots(reader.source) || !isPartitionable(reader.source) || !flow) return;
      await using snapshot = await reader.source.openSnapshot();
      await trial.place.insert(table, table.fields, later);
      const partitions = await reader.source.partition(flow, snapshot.id, 4);
      assert.ok(partitions.length >= 1 && partitions.length <= 4, 'at most as many as asked for');
      const rows: Row[] = [];
      for (const partition of partitions) rows.push(...(await reader.read({ snapshot: snapshot.id, partition })).rows);
      sameRows(rows, table.rows);
    },
  },
];
