/** The options of a flow as the API of a server has them. Pure. Throws `usage.*`. */
import type { Input } from '../client/client.ts';
import { typeName } from '../domain/types.ts';
import type { Values } from './options.ts';
import { readRequest } from './request.ts';

export type FlowSpec = Input<'pipelines.create'>['flows'][number];

export function flowSpecOf(values: Values, stream: string): FlowSpec {
  const { read, write, key, policy, shape, into, allowDelete } = readRequest(values);
  const { nulls, deletes, existing, evolution, version } = policy;
  const { select, where, rename, cast, mask } = shape;
  return {
    stream,
    read,
    ...(write && { write }),
    ...(key && { key }),
    ...(version !== undefined && { version }),
    ...(into !== undefined && { into }),
    nulls,
    deletes,
    existing,
    on_schema_change: evolution,
    ...(select && { select }),
    ...(where !== undefined && { where }),
    rename,
    cast: Object.fromEntries(Object.entries(cast).map(([field, type]) => [field, typeName(type)])),
    mask,
    max_rejects: values['max-rejects'] ?? '0',
    allow_delete: allowDelete,
  };
}
