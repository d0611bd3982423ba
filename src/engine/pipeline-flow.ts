/** One flow of a stored pipeline → what the engine is asked. Pure. */
import { HeadgateError } from '../domain/error.ts';
import { readRejectLimit } from '../domain/policy.ts';
import { durationMs } from '../domain/duration.ts';
import type { FlowSpec } from '../domain/pipeline.ts';
import type { StreamRef } from '../domain/schema.ts';
import { parseType } from '../domain/types.ts';
import type { FlowRequest } from './request.ts';
import { readStreamName } from './streams.ts';

/** The stream that is meant, of a spec whose model has become its query; absent namespace = the source's default. */
export function wantedStream(spec: FlowSpec, defaultNamespace: string | undefined): StreamRef {
  if (spec.query) return { name: spec.query.name, query: spec.query.sql };
  return readStreamName(spec.stream ?? '', defaultNamespace);
}

/** Throws `usage.type` for a cast to a type that is none. `rejectsFile` = where refused rows are kept. */
export function flowRequest(spec: FlowSpec, rejectsFile: string): FlowRequest {
  const { write, key, cursor, select, where, into } = spec;
  const limit = readRejectLimit(spec.max_rejects);
  if (!limit) throw new HeadgateError('usage.arguments', `max_rejects cannot be ${JSON.stringify(spec.max_rejects)}`);
  return {
    read: spec.read,
    ...(write && { write }),
    ...(key && { key }),
    policy: {
      nulls: spec.nulls,
      deletes: spec.deletes,
      existing: spec.existing,
      evolution: spec.on_schema_change,
      ...(spec.version !== undefined && { version: [spec.version].flat() }),
      ...(spec.stale === 'skip' && { stale: spec.stale }),
      ...(spec.derive && { derive: spec.derive }),
      ...(spec.undo && { undo: spec.undo }),
    },
    ...(cursor !== undefined && { cursor }),
    window: {
      window: {
        ...(spec.from !== undefined && { from: spec.from }),
        fromInclusive: true,
        ...(spec.until !== undefined && { to: spec.until }),
        toInclusive: true,
        ...(spec.lookback !== undefined && { lookback: spec.lookback }),
        advance: 'max-read',
      },
      nulls: spec.null_cursor,
      strict: spec.strict,
    },
    shape: {
      ...(select && { select }),
      ...(where !== undefined && { where }),
      rename: spec.rename,
      cast: Object.fromEntries(Object.entries(spec.cast).map(([field, type]) => [field, parseType(type)])),
      mask: spec.mask,
    },
    ...(into !== undefined && { into }),
    allowDelete: spec.allow_delete,
    ...(spec.slice_rows !== undefined && { sliceRows: spec.slice_rows }),
    ...(spec.publish_after !== undefined && { publishAfterMs: durationMs(spec.publish_after) }),
    rejects: { ...limit, file: rejectsFile, records: true },
  };
}
