/** What is wrong with rows: apart from who looks at them, so that a run without one does not load him. */
import type { ErrorCode } from '../domain/codes.ts';
import { HeadgateError } from '../domain/error.ts';
import type { FileRef } from '../sdk/index.ts';

/** What is wrong with rows, not with the system that they are read from. */
export const ofRows: readonly ErrorCode[] = ['value.invalid', 'file.format', 'rejects.limit'];

/** The records are others than they seemed, so that nothing of what was taken is worth keeping. */
export class Misread extends HeadgateError {
  constructor({ path }: FileRef, cause?: unknown) {
    super('file.format', `reading ${path}: a record is no row of its columns`, { cause });
  }
}
