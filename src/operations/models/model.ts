/** A SELECT over a connection, with a name: what flows read like a table. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { StreamInfo } from '../../domain/schema.ts';
import { typeName } from '../../domain/types.ts';
import { discoverStreams } from '../../engine/streams.ts';
import { findConnection } from '../../store/connections.ts';
import { findModel, type ModelRow } from '../../store/models.ts';
import { configured } from '../connections/connection.ts';
import { outwardError } from '../connections/outward.ts';
import { silent } from '../log.ts';
import type { OpContext } from '../operation.ts';
import { enterRoom } from '../room.ts';

export const modelColumn = z.object({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  native: z.string().nullable().meta({ description: "In the source's own words" }),
});

export const modelSql = z.string().min(1).max(100_000).meta({ description: "One SELECT in the source's own SQL" });

export const modelView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  connection: z.string(),
  sql: z.string(),
  columns: z
    .array(modelColumn)
    .nullable()
    .meta({ description: 'As the source described them when it was last asked; null: it was not' }),
  version: z.number().int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

export function show({ connection_id, columns, created_at, updated_at, ...row }: ModelRow): z.input<typeof modelView> {
  return {
    ...row,
    connection: connection_id,
    columns: z.array(modelColumn).nullable().parse(columns),
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requireModel({ db, workspace }: Pick<OpContext, 'db' | 'workspace'>, ref: string): Promise<ModelRow> {
  const row = await findModel(db, workspace, ref);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such model');
}

/** The columns of one SELECT, as its source describes them: nothing of it runs. Throws `stream.query` and what dialling throws. */
export async function describeModel(
  context: OpContext,
  { connection_id, slug, sql }: Pick<ModelRow, 'connection_id' | 'slug' | 'sql'>,
): Promise<z.output<typeof modelColumn>[]> {
  const row = await findConnection(context.db, context.workspace, connection_id);
  if (!row) throw new HeadgateError('object.missing', 'there is no such connection');
  const { source } = await configured(context, row);
  if (!source?.pushdown.includes('query')) throw new HeadgateError('usage.mode', `${row.connector} takes no SQL`);
  await using scratch = await enterRoom(context, silent);
  const [info] = await discoverStreams(source, scratch, [{ name: slug, query: sql }]).catch((error: unknown) => {
    throw outwardError(error);
  });
  return columnsOf(info);
}

function columnsOf(info: StreamInfo | undefined): z.output<typeof modelColumn>[] {
  const fields = info?.schema.fields ?? [];
  return fields.map(({ name, type, nullable, native }) => ({
    name,
    type: typeName(type),
    nullable,
    native: native?.type ?? null,
  }));
}
