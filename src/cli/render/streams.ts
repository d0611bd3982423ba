import { refName, type StreamInfo } from '../../domain/schema.ts';
import { typeName } from '../../domain/types.ts';
import type { Paint } from '../terminal.ts';
import { short, size } from './amount.ts';
import { tableLines } from './table.ts';

const streamColumns = [
  { title: 'STREAM' },
  { title: 'KIND' },
  { title: 'ROWS', right: true },
  { title: 'SIZE', right: true },
  { title: 'KEY' },
  { title: 'CURSORS' },
];

/** One line per stream. Rows and sizes are estimates. */
export function streamLines(streams: readonly StreamInfo[], paint: Paint, width?: number): readonly string[] {
  const rows = streams.map(({ stream, kind, schema, cursors, estimatedRows, estimatedBytes }) => [
    refName(stream),
    kind,
    estimatedRows === undefined ? '–' : short(estimatedRows),
    estimatedBytes === undefined ? '–' : size(estimatedBytes),
    schema.key?.join(', ') ?? '–',
    cursors.join(', ') || '–',
  ]);
  return tableLines(streamColumns, rows, paint, width);
}

/** The fields of one stream, with what each is good for. */
export function fieldLines({ stream, schema, cursors }: StreamInfo, paint: Paint, width?: number): readonly string[] {
  const rows = schema.fields.map(({ name, type, nullable, native }) => {
    const roles = [...(schema.key?.includes(name) ? ['key'] : []), ...(cursors.includes(name) ? ['cursor'] : [])];
    return [name, typeName(type), native?.type ?? '–', nullable ? 'yes' : 'no', roles.join(', ')];
  });
  const columns = [{ title: 'FIELD' }, { title: 'TYPE' }, { title: 'NATIVE' }, { title: 'NULL' }, { title: 'ROLE' }];
  return [paint('bold', refName(stream)), ...tableLines(columns, rows, paint, width)];
}

export function streamRecord({
  stream,
  kind,
  schema,
  cursors,
  estimatedRows,
  estimatedBytes,
}: StreamInfo): Readonly<Record<string, unknown>> {
  const fields = schema.fields.map(({ name, type, nullable, native }) => ({
    name,
    type: typeName(type),
    native: native?.type,
    nullable,
  }));
  return {
    stream: refName(stream),
    namespace: stream.namespace,
    name: stream.name,
    kind,
    estimatedRows,
    estimatedBytes,
    key: schema.key,
    cursors,
    fields,
  };
}
