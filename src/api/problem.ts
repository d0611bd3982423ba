/** Errors as `application/problem+json` (RFC 9457): one table from codes to statuses. */
import type { ErrorCode } from '../domain/codes.ts';
import { UnsatisfiableRange } from '../operations/files/range.ts';
import { InvalidInput } from '../operations/operation.ts';
import type { Answer } from './dialect.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Refusal } from './refusal.ts';

/** What is not named here is about a source, a destination or a file that the request named: 422; `internal` is 500. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  'request.invalid': 400,
  'request.conflict': 422,
  'request.busy': 409,
  'request.large': 413,
  'request.method': 405,
  'request.limit': 429,
  'request.range': 416,
  'access.key': 401,
  'access.link': 403,
  'access.scope': 403,
  'access.grant': 403,
  'limit.reached': 403,
  'limit.period': 429,
  'object.missing': 404,
  'object.conflict': 409,
  'object.changed': 412,
  'state.conflict': 409,
  'review.stale': 409,
  'state.unreachable': 503,
  'upload.large': 413,
  'storage.unreachable': 503,
  'disk.full': 507,
  'internal.unexpected': 500,
};

export const statusOf = (code: ErrorCode): number => statuses[code] ?? 422;

export function problem({ error, requestId }: Pick<Refusal, 'error' | 'requestId'>): Answer {
  const { code, hint, retry } = error;
  const status = statusOf(code);
  const headers = {
    'content-type': 'application/problem+json',
    ...(status === 401 && { 'www-authenticate': 'Bearer, Basic realm="headgate"' }),
    ...(error instanceof UnsatisfiableRange && { 'content-range': `bytes */${error.size}` }),
    ...(status === 503 && { 'retry-after': '1' }),
  };
  return {
    status,
    headers,
    body: {
      type: `/docs/errors#${code}`,
      title: code,
      status,
      // What nobody foresaw may say anything: its text stays in the log.
      detail: status === 500 ? 'something unexpected happened' : error.message,
      code,
      hint,
      doc_url: `/docs/errors#${code}`,
      request_id: requestId,
      retryable: retry === 'later',
      ...(error instanceof InvalidInput && { errors: error.problems.map(({ pointer, message }) => ({ pointer, message })) }),
    },
  };
}

/** Of the body above. */
export const problemSchema = (codes: readonly ErrorCode[]): JsonSchema => ({
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'doc_url', 'request_id', 'retryable'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What we were doing, and what happened' },
    code: { type: 'string', enum: codes },
    hint: { type: 'string', description: 'What a person can do about it' },
    doc_url: { type: 'string' },
    request_id: { type: 'string' },
    retryable: { type: 'boolean', description: 'The same request may succeed later' },
    errors: {
      type: 'array',
      description: 'Every field that is wrong',
      items: {
        type: 'object',
        required: ['pointer', 'message'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the request' },
          message: { type: 'string' },
        },
      },
    },
  },
  example: {
    type: '/docs/errors#object.missing',
    title: 'object.missing',
    status: 404,
    detail: 'there is no such pipeline',
    code: 'object.missing',
    hint: 'check the id; keys see only their own workspace',
    doc_url: '/docs/errors#object.missing',
    request_id: 'req_6f1d2a',
    retryable: false,
  },
});
