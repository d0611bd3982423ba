/** Refusals in this vocabulary: a status, and one message for everything that is wrong. */
import { z } from 'zod';
import type { ErrorCode } from '../../../domain/codes.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import type { Answer } from '../../dialect.ts';
import type { Refusal } from '../../refusal.ts';

export const errorBody = z.object({ statusCode: z.number().int(), errors: z.array(z.object({ message: z.string() })) });

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  'access.key': 401,
  'access.scope': 403,
  'object.missing': 404,
  'request.method': 404,
  'request.busy': 409,
  'request.conflict': 422,
  'request.limit': 429,
  'connector.missing': 505,
  'state.unreachable': 503,
  'internal.unexpected': 500,
};

/** A warehouse that could not be reached, or that refused us, is 505; what is not named here is a mistake of the request. */
function statusOf(code: ErrorCode): number {
  return statuses[code] ?? (code.startsWith('connect.') ? 505 : 400);
}

export function toError({ error, retryAfter, requestId }: Refusal): Answer {
  const statusCode = statusOf(error.code);
  const messages =
    error instanceof InvalidInput
      ? error.problems.map(({ pointer, message }) => (pointer === '' ? message : `${pointer.slice(1)}: ${message}`))
      : // What nobody foresaw may say anything: its text stays in the log.
        [statusCode === 500 ? `Something unexpected happened, request ${requestId}.` : error.message];
  return {
    status: statusCode,
    headers: {
      ...(statusCode === 401 && { 'www-authenticate': 'Bearer' }),
      ...(statusCode === 429 && { 'x-mp-rate-limit-exceeded': String(retryAfter ?? 1) }),
      ...(statusCode === 503 && { 'retry-after': '1' }),
    },
    body: { statusCode, errors: messages.map((message) => ({ message })) },
  };
}
