/** Refusals in this vocabulary: the texts of each key of the body, or one detail. */
import { z } from 'zod';
import type { ErrorCode } from '../../../domain/codes.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import type { Answer } from '../../dialect.ts';
import type { Refusal } from '../../refusal.ts';

export const errorBody = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  'access.key': 401,
  'access.scope': 403,
  'access.grant': 403,
  'access.link': 403,
  'object.missing': 404,
  'object.conflict': 409,
  'run.busy': 409,
  'request.method': 405,
  'request.busy': 409,
  'request.conflict': 422,
  'request.large': 413,
  'upload.large': 413,
  'request.limit': 429,
  'state.unreachable': 503,
  'internal.unexpected': 500,
};

export function toError({ error, at, retryAfter, requestId, allow }: Refusal): Answer {
  const status = at === 'method' ? 405 : (statuses[error.code] ?? 400);
  const detail =
    status === 404 ? 'Not found.' : status === 500 ? `Something unexpected happened, request ${requestId}.` : error.message;
  return {
    status,
    headers: {
      ...(status === 429 && { 'retry-after': String(retryAfter ?? 1) }),
      ...(status === 405 && allow && { allow: allow.join(', ') }),
    },
    body: error instanceof InvalidInput && status === 400 ? byKey(error) : { detail },
  };
}

/** `{"fields": ["fields[0].type: …"]}` */
function byKey({ problems }: InvalidInput): Readonly<Record<string, string[]>> {
  const texts = new Map<string, string[]>();
  for (const { pointer, message } of problems) {
    const parts = pointer.split('/').slice(1);
    const [key = 'non_field_errors', ...inner] = parts;
    const place = inner.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('');
    texts.set(key, [...(texts.get(key) ?? []), inner.length === 0 ? message : `${key}${place}: ${message}`]);
  }
  return Object.fromEntries(texts);
}
