/** Refusals in this vocabulary: a word, a text, and the status once more. */
import { z } from 'zod';
import type { ErrorCode } from '../../../domain/codes.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import type { Answer } from '../../dialect.ts';
import type { Refusal } from '../../refusal.ts';

export const errorBody = z.object({ error: z.string(), errorDescription: z.string(), code: z.number().int() });

interface Kind {
  readonly status: number;
  readonly error: string;
}

const kinds: Readonly<Partial<Record<ErrorCode, Kind>>> = {
  'access.key': { status: 401, error: 'unauthorized' },
  'access.scope': { status: 403, error: 'forbidden' },
  'access.grant': { status: 403, error: 'forbidden' },
  'access.link': { status: 403, error: 'forbidden' },
  'limit.reached': { status: 403, error: 'refresh_limit' },
  'limit.period': { status: 403, error: 'refresh_limit' },
  'object.missing': { status: 404, error: 'not_found' },
  'stream.missing': { status: 404, error: 'not_found' },
  'request.method': { status: 404, error: 'not_found' },
  'run.busy': { status: 409, error: 'conflict' },
  'object.conflict': { status: 409, error: 'conflict' },
  'state.conflict': { status: 409, error: 'conflict' },
  'request.busy': { status: 409, error: 'conflict' },
  'request.conflict': { status: 422, error: 'conflict' },
  'request.large': { status: 413, error: 'payload_too_large' },
  'upload.large': { status: 413, error: 'payload_too_large' },
  'request.limit': { status: 429, error: 'rate_limited' },
  'connect.refused': { status: 400, error: 'authentication_error' },
  'state.unreachable': { status: 503, error: 'unavailable' },
  'storage.unreachable': { status: 503, error: 'unavailable' },
  'internal.unexpected': { status: 500, error: 'internal_error' },
};

/** Routes of all jobs have a word of their own for one that is at work. */
export const alreadyRunning = 'The job cannot be queued because it is already running';

/** What is not named here is a mistake of the request. */
export function toError({ at, error, retryAfter, requestId }: Refusal): Answer {
  const { status: code, error: kind } = kinds[error.code] ?? { status: 400, error: 'bad_request' };
  const word = error.message === alreadyRunning ? 'already_running' : kind;
  return {
    status: code,
    headers: {
      ...(code === 401 && { 'www-authenticate': 'Basic realm="headgate"' }),
      ...(code === 429 && { 'retry-after': String(retryAfter ?? 1) }),
      ...(code === 503 && { 'retry-after': '1' }),
    },
    body: { error: word, errorDescription: textOf(at, error, requestId, code), code },
  };
}

function textOf(at: Refusal['at'], error: Refusal['error'], requestId: string, status: number): string {
  // What nobody foresaw may say anything: its text stays in the log.
  if (status === 500) return `Something unexpected happened, request ${requestId}.`;
  if (at === 'path' || at === 'method') return 'The requested endpoint could not be found.';
  if (error instanceof InvalidInput) {
    const problems = error.problems.map(({ pointer, message }) => (pointer === '' ? message : `${pointer.slice(1)}: ${message}`));
    return `The given request was not as expected: ${problems.join('; ')}`;
  }
  return status === 400 && error.code.startsWith('request.')
    ? `The given request was not as expected: ${error.message}`
    : error.message;
}
