/** Two people who change the same object: the second is told that it has changed since they read it. */
import { z } from 'zod';
import { HeadgateError } from '../domain/error.ts';

/** Also the `If-Match` of a request. */
export const ifVersion = z.number().int().optional().meta({ description: 'The version that was read; another one answers 412' });

/** Throws `object.changed`. */
export function requireVersion(what: string, version: number, wanted: number | undefined): void {
  if (wanted === undefined || wanted === version) return;
  throw new HeadgateError('object.changed', `the ${what} has version ${version}`);
}
