import { codes, type ErrorCode } from './codes.ts';
import { own } from './own.ts';

export interface ErrorOptions {
  /** What the person can do about it; the code's own hint where absent. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The only error that leaves Headgate. `message` says what we were doing and what happened; it never holds row
 * values, secrets or SQL text. `code` is a key of `codes`, documented in docs/errors.md.
 */
export class HeadgateError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  /** Where it came up, as the engine finds out on its way: a connector does not know which side it is. */
  side?: 'source';

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HeadgateError';
    this.code = code;
    this.hint = options.hint ?? codes[code].hint;
  }

  get retry(): (typeof codes)[ErrorCode]['retry'] {
    return codes[this.code].retry;
  }
}

const says: Readonly<Partial<Record<ErrorCode, string>>> = {
  'disk.full': 'no space is left, or no more for one file',
  'file.missing': 'there is no such file',
  'access.denied': 'the operating system denies access',
  'run.cancelled': 'the run was cancelled',
};

/** What the operating system or an aborted wait says, by its `code` or `name`. */
const systemCodes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'disk.full',
  EDQUOT: 'disk.full',
  EFBIG: 'disk.full',
  ENOENT: 'file.missing',
  EACCES: 'access.denied',
  EPERM: 'access.denied',
  EROFS: 'access.denied',
  ABORT_ERR: 'run.cancelled',
};

/** Anything thrown, as a HeadgateError: unknown ones become `internal.unexpected` with the cause kept. */
export function asHeadgateError(error: unknown, doing: string): HeadgateError {
  if (error instanceof HeadgateError) return error;
  const system = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const code = own(systemCodes, system);
  if (code) return new HeadgateError(code, `${doing}: ${says[code] ?? code}`, { cause: error });
  const what = error instanceof Error ? error.name : typeof error;
  return new HeadgateError('internal.unexpected', `${doing}: unexpected ${what}`, { cause: error });
}
