import { parse, format } from 'node:path';
import { refName, type TableRef } from '../domain/schema.ts';

/**
 * Where the refused rows of one of several flows are kept, so that none takes the place of another's: the table's name stands before
 * the extension, with what a file's name cannot hold escaped. Pure.
 */
export function rejectsFileOf(file: string, into: TableRef): string {
  const { dir, name, ext } = parse(file);
  return format({ dir, name: `${name}.${encodeURIComponent(refName(into).toWellFormed())}`, ext });
}
