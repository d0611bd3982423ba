import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { refName } from '../../domain/schema.ts';
import { typeName } from '../../domain/types.ts';
import { discoverStreams, readStreamName } from '../../engine/streams.ts';
import { silent } from '../log.ts';
import { defineOperation } from '../operation.ts';
import { enterRoom } from '../room.ts';
import { configured, requireConnection } from './connection.ts';
import { outwardError } from './outward.ts';

const stream = z.object({
  stream: z.string(),
  kind: z.enum(['table', 'view', 'file', 'query']),
  fields: z.array(z.object({ name: z.string(), type: z.string(), nullable: z.boolean(), native: z.string().nullable() })),
  key: z.array(z.string()).nullable(),
  cursors: z.array(z.string()),
  estimated_rows: z.number().nullable(),
  estimated_bytes: z.number().nullable(),
});

export const discoverConnection = defineOperation({
  name: 'connections.discover',
  summary: 'List the streams of a connection with their fields, keys and cursor candidates',
  scope: 'connections:write',
  access: { level: 'read' },
  input: z.strictObject({
    connection: z.string(),
    stream: z.string().min(1).max(500).optional().meta({ description: 'Only this one, or those that a pattern with `*` names' }),
  }),
  output: z.object({ streams: z.array(stream) }),
  async run(context, { connection, stream: wanted }) {
    const row = await requireConnection(context, connection);
    const { source } = await configured(context, row);
    if (!source) throw new HeadgateError('usage.mode', `${row.connector} is no source`);
    const names = wanted === undefined ? undefined : [readStreamName(wanted, source.defaultNamespace)];
    await using scratch = await enterRoom(context, silent);
    const streams = await discoverStreams(source, scratch, names, { typed: true }).catch((error: unknown) => {
      throw outwardError(error);
    });
    return {
      streams: streams.map((info) => ({
        stream: refName(info.stream),
        kind: info.kind,
        fields: info.schema.fields.map(({ name, type, nullable, native }) => ({
          name,
          type: typeName(type),
          nullable,
          native: native?.type ?? null,
        })),
        key: info.schema.key ? [...info.schema.key] : null,
        cursors: [...info.cursors],
        estimated_rows: info.estimatedRows ?? null,
        estimated_bytes: info.estimatedBytes ?? null,
      })),
    };
  },
});
