/** A flow that follows its stream as far as that can be followed. Pure. */
import type { FlowSpec } from './pipeline.ts';
import type { Schema } from './schema.ts';

const ofChange = /modif|update/i;

/** `schema` = the stream's. What a person names is believed, and found missing later. */
export function followFlow({ follow, ...spec }: FlowSpec, { fields, key: primary }: Schema): FlowSpec {
  if (!follow) return spec;
  const key = follow.key ?? primary ?? [];
  const grows = key.length === 1 && fields.find(({ name }) => name === key[0])?.type.kind === 'integer' ? key[0] : undefined;
  const changed = fields.find(
    ({ name, type }) => ofChange.test(name) && ['timestamp', 'date', 'integer'].includes(type.kind),
  )?.name;
  const cursor = follow.cursor ?? changed ?? grows;
  if (key.length === 0 || cursor === undefined) return { ...spec, read: 'snapshot', write: 'replace' };
  return { ...spec, read: 'incremental', write: 'merge', key: [...key], cursor };
}
