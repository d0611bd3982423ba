/** Errors as `application/problem+json` (RFC 9457): one table from codes to statuses. */
import type { ErrorCode } from '../domain/codes.ts';
import type { HeadgateError } from '../domain/error.ts';
import { UnsatisfiableRange } from '../operations/files/range.ts';
import { InvalidInput } from '../operations/operation.ts';
import type { Answer } from './dialect.ts';

/** What is not named here is about a source, a destination or a file that the request named: 422; `internal` is 500. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  'request.invalid': 400,
  'request.conflict': 422,
  'request.busy': 409,
  'request.limit': 429,
  'request.range': 416,
  'access.key': 401,
  'access.scope': 403,
  'access.link': 403,
  'access.grant': 403,
  'limit.reached': 403,
  'limit.period': 429,
  'object.missing': 404,
  'object.conflict': 409,
  'object.changed': 412,
  'state.conflict': 409,
  'state.unreachable': 503,
  'upload.large': 413,
  'storage.unreachable': 503,
  'disk.full': 507,
  'internal.unexpected': 500,
};

export function problem(error: HeadgateError, requestId: string): Answer {
  const { code, hint, retry } = error;
  const status = statuses[code] ?? 422;
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
