/** A request and a discovered stream → a flow. Pure. */
import { HeadgateError } from '../domain/error.ts';
import { defaultBrake, type CursorPolicy } from '../domain/policy.ts';
import { refName, type StreamInfo, type TableRef } from '../domain/schema.ts';
import { requireField, shapeColumns } from './columns.ts';
import type { Flow } from './flow.ts';
import type { SchemaFile } from '../rules/schema-file.ts';
import type { FlowRequest } from './request.ts';
import { schemaShape } from './schema-shape.ts';

/**
 * Throws `field.missing`, `cursor.missing`, `key.missing`: what the stream does not have, with the nearest name.
 * `file` = the fields and rules of `--schema`, which take the place of select, rename and cast.
 */
export function buildFlow(asked: FlowRequest, stream: StreamInfo, into: TableRef, file?: SchemaFile): Flow {
  const { where } = asked.shape;
  const shape = file ? { ...schemaShape(file, stream), ...(where !== undefined && { where }) } : asked.shape;
  const request: FlowRequest = { ...asked, shape };
  shapeColumns(stream.schema, shape);
  for (const name of request.key ?? []) requireField(stream.schema, name, 'key.missing');
  for (const name of request.policy.version ?? []) requireField(stream.schema, name, 'field.missing');
  const cursor = request.read === 'incremental' ? cursorOf(request, stream) : undefined;
  const key = request.key ?? knownKey(request, stream);
  const mode = request.write ?? (key ? 'merge' : 'append');
  if ((mode === 'merge' || mode === 'mirror') && !key) {
    throw new HeadgateError('key.missing', `${mode} needs a key, and ${refName(stream.stream)} has no primary key`);
  }
  // Keyless streams of a pattern are appended: options that only merge understands have nothing to do there.
  const { version: _unused, ...rest } = request.policy;
  const keeps = mode === 'merge' || mode === 'mirror';
  return {
    stream,
    into,
    mode: request.read,
    ...(cursor && { cursor }),
    policy: { mode, ...(keeps ? request.policy : rest), ...(key && wantsKey(request, mode) && { key }) },
    shape,
    ...(!request.allowDelete && { brake: defaultBrake }),
    ...(request.sliceRows !== undefined && { sliceRows: request.sliceRows }),
    ...(request.publishAfterMs !== undefined && { publishAfterMs: request.publishAfterMs }),
    rejects: request.rejects,
  };
}

/** The primary key, if all of it travels. */
function knownKey({ shape }: FlowRequest, { schema }: StreamInfo): readonly string[] | undefined {
  const { key } = schema;
  return key?.length && key.every((name) => shape.select?.includes(name) ?? true) ? key : undefined;
}

/** A replaced or appended table takes its key from the stream by itself, unless a person names another. */
function wantsKey(request: FlowRequest, mode: Flow['policy']['mode']): boolean {
  return request.key !== undefined || mode === 'merge' || mode === 'mirror' || request.read === 'incremental';
}

function cursorOf({ cursor, window, shape }: FlowRequest, { stream, schema, cursors }: StreamInfo): CursorPolicy {
  if (cursor !== undefined && Object.hasOwn(shape.mask, cursor)) {
    throw new HeadgateError('usage.arguments', `the cursor field ${cursor} is masked, so there is nothing to follow`, {
      hint: 'follow another field; the position of a read is stored as it is',
    });
  }
  if (cursor !== undefined) return { field: requireField(schema, cursor, 'cursor.missing').name, ...window };
  const hint =
    cursors.length > 0
      ? `name it with --cursor; candidates: ${cursors.join(', ')}`
      : 'name a field that only grows with --cursor';
  throw new HeadgateError('cursor.missing', `an incremental read of ${refName(stream)} needs a cursor field`, { hint });
}
