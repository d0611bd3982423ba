import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { StreamRef } from '../../domain/schema.ts';
import { firstRows } from '../../engine/first-rows.ts';
import { readStreamName } from '../../engine/streams.ts';
import type { ConnectionRow } from '../../store/connections.ts';
import { silent } from '../log.ts';
import { defineOperation, type OpContext } from '../operation.ts';
import { enterRoom } from '../room.ts';
import { configured, requireConnection } from './connection.ts';
import { outwardError } from './outward.ts';

/** Characters of all values: what a screen shows, not what a table holds. */
const mostSize = 4 * 1024 * 1024;

export const previewInput = {
  limit: z.number().int().min(1).max(1000).default(50),
  timeout_seconds: z.number().int().min(1).max(120).default(30),
};

export const previewView = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.string().nullable())).meta({ description: 'Values as text, so that none loses a digit' }),
  truncated: z.boolean().meta({ description: 'There are more rows' }),
});

/** Who hangs up, or waits too long, stops the source. */
export async function previewRows(
  context: OpContext,
  row: ConnectionRow,
  wanted: (defaultNamespace: string | undefined) => StreamRef,
  { limit, timeout_seconds }: { readonly limit: number; readonly timeout_seconds: number },
): Promise<z.input<typeof previewView>> {
  const { source } = await configured(context, row);
  if (!source) throw new HeadgateError('usage.mode', `${row.connector} is no source`);
  const stream = wanted(source.defaultNamespace);
  if (stream.query !== undefined && !source.pushdown.includes('query')) {
    throw new HeadgateError('usage.mode', `${row.connector} takes no SQL`);
  }
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout_seconds * 1000)]);
  await using scratch = await enterRoom({ ...context, signal }, silent);
  const { columns, rows, truncated } = await firstRows(source, scratch, stream, { rows: limit, size: mostSize }).catch(
    (error: unknown) => {
      throw outwardError(error);
    },
  );
  return { columns: [...columns], rows: rows.map((values) => [...values]), truncated };
}

export const previewConnection = defineOperation({
  name: 'connections.preview',
  summary: 'Look at the first rows of a stream; who hangs up stops the source',
  scope: 'connections:write',
  access: { level: 'read' },
  input: z.strictObject({
    connection: z.string(),
    stream: z.string().min(1).max(500).optional().meta({ description: 'A name as `discover` lists it' }),
    query: z.string().min(1).max(100_000).optional().meta({ description: "One SELECT in the source's own SQL" }),
    ...previewInput,
  }),
  output: previewView,
  async run(context, { connection, stream, query, ...asked }) {
    const row = await requireConnection(context, connection);
    if ((stream === undefined) === (query === undefined)) {
      throw new HeadgateError('request.invalid', 'looking at rows: name a stream or a query, not both');
    }
    const wanted = (defaultNamespace: string | undefined): StreamRef =>
      query === undefined ? readStreamName(stream ?? '', defaultNamespace) : { name: 'query', query };
    return await previewRows(context, row, wanted, asked);
  },
});
