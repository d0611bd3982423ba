/** Names of what we put into a database. All of it lives in one schema of our own. */
import { createHash } from 'node:crypto';
import type { TableRef } from '../../domain/schema.ts';
import { quoteName } from '../_sql/names.ts';

export const ownSchema = '_headgate';

const hash = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

/** All stages of a pipeline begin with it, so that a later attempt finds what an earlier one left. */
export function stagePrefix(pipeline: string): string {
  return `stage_${hash(pipeline, 12)}_`;
}

/** One table per target table and attempt, which all writers of the attempt fill: 45 bytes at most. */
export function stageName(pipeline: string, attempt: string, table: TableRef): string {
  return `${stagePrefix(pipeline)}${hash(attempt, 10)}_${hash(`${table.namespace ?? 'public'}.${table.name}`, 10)}`;
}

export const ownTable = (name: string): string => `${ownSchema}.${quoteName(name)}`;
