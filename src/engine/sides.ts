/** The two reads of a comparison: the stream as the flow shapes it, and the table as its own system reads it back. */
import type { Json } from '../domain/json.ts';
import type { Schema } from '../domain/schema.ts';
import type { Destination, ReadRequest, Source } from '../sdk/index.ts';
import type { CompareColumn } from './compare.ts';
import type { Reading } from './convert.ts';
import type { Flow } from './flow.ts';
import type { Plan } from './plan.ts';
import { readRequest } from './run.ts';

/** The stream in csv, or as a file. Without `from` and with mode snapshot it is the whole stream. */
export function sourceSide(flow: Flow, planned: Plan, from?: Json, keys?: ReadRequest['keys']): Side {
  const read: ReadRequest = { ...readRequest(flow, planned, from), format: 'csv', ...(keys && { keys }) };
  const columns = planned.mappings.map(({ column: { from, as, mask } }) => ({ from, as, ...(mask && { mask }) }));
  const { where } = flow.shape;
  return {
    read,
    reading: { format: planned.format, columns, ...(where !== undefined && { where }) },
    schema: flow.stream.schema,
  };
}

/** What to ask a side for, and how its answer is read where it is a file. */
export interface Side {
  readonly read: ReadRequest;
  readonly reading: Reading;
  readonly schema: Schema;
}

/** The table as a stream of its own system; absent = there is no table yet. */
export async function destinationSide(
  reader: Source,
  destination: Destination,
  planned: Plan,
  keys?: ReadRequest['keys'],
): Promise<Side | undefined> {
  const table = await destination.describe(planned.target.table);
  if (!table) return undefined;
  const [info] = await reader.discover([planned.target.table]);
  if (!info) return undefined;
  const known = new Set(info.schema.fields.map((field) => field.name));
  const columns = planned.target.schema.fields
    .map(({ name }) => ({ from: name, as: name }))
    .filter(({ from }) => known.has(from));
  const soft = planned.target.policy.deletes === 'soft' && known.has('_deleted_at');
  const projection = { columns, ...(soft && { where: '_deleted_at is null' }) };
  const read: ReadRequest = {
    flows: [{ stream: info.stream, schema: info.schema, projection }],
    mode: 'snapshot',
    format: 'csv',
    ...(keys && { keys }),
  };
  return { read, reading: { format: planned.loadFormat, ...projection }, schema: info.schema };
}

/**
 * One text form per column. Where both sides have the same native type their wire text is the same already; else the
 * destination's type decides, because that is what the value became.
 */
export function compareColumns(planned: Plan, stored: Schema | undefined): readonly CompareColumn[] {
  return planned.mappings.map(({ column, source, target, widens }): CompareColumn => {
    const field = stored?.fields.find((candidate) => candidate.name === target.name);
    const same =
      !column.cast &&
      !column.mask &&
      field?.native &&
      source.native?.system === field.native.system &&
      source.native.type === field.native.type;
    // What will grow is compared as it will be: in the narrow type a new value could look like the old one.
    const type = same ? undefined : widens ? target.type : (field?.type ?? target.type);
    return { name: target.name, ...(type && type.kind !== 'opaque' && { type }) };
  });
}
