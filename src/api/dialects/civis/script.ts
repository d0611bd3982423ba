/** SQL scripts and queries: a question to a database, answered by a file or by its first rows. */
import { z } from 'zod';
import type { Json } from '../../../domain/json.ts';
import type { ExportTask } from '../../../domain/run.ts';
import { isQuestion, statementsOf } from '../../../domain/statements.ts';
import { warehouseSlug } from '../../../operations/warehouse/warehouse.ts';
import type { RouteContext } from '../../dialect.ts';
import { listCredentials } from './credential.ts';
import { connectionFor } from './hosts.ts';
import type { JobData, Plan } from './jobs.ts';
import { delimiter } from './load.ts';
import { notificationsIn, scheduleIn } from './shapes.ts';
import { id } from './wire.ts';

export const csvSettings = z.object({
  includeHeader: z.boolean().optional(),
  compression: z.enum(['none', 'zip', 'gzip']).optional(),
  columnDelimiter: delimiter.optional(),
  unquoted: z.boolean().optional(),
  forceMultifile: z.boolean().optional(),
  filenamePrefix: z.string().max(100).optional(),
  maxFileSize: z.number().int().min(1).optional(),
});

export const scriptPost = z.object({
  name: z.string().min(1).max(1000),
  parentId: id.optional(),
  userContext: z.string().optional(),
  params: z.array(z.json()).optional(),
  arguments: z.record(z.string(), z.json()).optional(),
  schedule: scheduleIn.optional(),
  notifications: notificationsIn.optional(),
  nextRunAt: z.iso.datetime({ offset: true }).optional(),
  timeZone: z.string().max(64).optional(),
  hidden: z.boolean().optional(),
  targetProjectId: id.optional(),
  sql: z.string().min(1).max(1_000_000),
  remoteHostId: id,
  credentialId: id,
  csvSettings: csvSettings.optional(),
});

export const queryPost = z.object({
  database: id,
  sql: z.string().min(1).max(1_000_000),
  credential: id.optional(),
  hidden: z.boolean().optional(),
  interactive: z.boolean().optional(),
  previewRows: z.number().int().min(0).max(1000),
  includeHeader: z.boolean().optional(),
  compression: z.string().optional(),
  columnDelimiter: z.string().optional(),
  unquoted: z.boolean().optional(),
  filenamePrefix: z.string().optional(),
});

/** Without what ends a statement: it becomes part of another one. */
export const withoutEnd = (sql: string): string => sql.trim().replace(/(?:\s|;)+$/, '');

export async function planOf(
  context: RouteContext,
  sql: string,
  at: { readonly remoteHostId: number; readonly credentialId: number },
): Promise<Plan> {
  const source = await connectionFor(context, at);
  const flow: Json = { query: { name: 'query', sql: withoutEnd(sql) }, into: 'answer' };
  // Who writes must be allowed to.
  const [only, ...others] = statementsOf(sql);
  const asks = only !== undefined && others.length === 0 && isQuestion(only);
  return { source, destination: asks ? warehouseSlug : source, flows: [flow] };
}

/** Throws `request.invalid`. */
export function exportOf({ name, body }: Pick<JobData, 'name' | 'body'>): ExportTask {
  const { csvSettings: given = {} } = scriptPost.omit({ name: true }).parse(body);
  return {
    kind: 'export',
    name: (given.filenamePrefix ?? name).replaceAll(/[/\\\x00-\x1f\x7f-\x9f]/g, '_').slice(0, 100) || 'export',
    header: given.includeHeader ?? true,
    delimiter: given.columnDelimiter ?? 'comma',
    quoted: !(given.unquoted ?? false),
    compression: given.compression ?? 'gzip',
    ...(given.forceMultifile && { most: (given.maxFileSize ?? usualFileSize) * 1_000_000 }),
  };
}

/** MB. */
const usualFileSize = 4000;

export const askOf = ({ body }: JobData) => ({ kind: 'ask', rows: queryPost.parse(body).previewRows }) as const;

export const showSettings = (given: z.output<typeof csvSettings> = {}) => ({
  includeHeader: given.includeHeader ?? true,
  compression: given.compression ?? 'gzip',
  columnDelimiter: given.columnDelimiter ?? 'comma',
  unquoted: given.unquoted ?? false,
  forceMultifile: given.forceMultifile ?? false,
  filenamePrefix: given.filenamePrefix ?? null,
  maxFileSize: given.maxFileSize ?? null,
});

/** The first of the caller's own. */
export async function usualCredential(context: RouteContext): Promise<number> {
  const [own] = (await listCredentials(context)).filter((one) => one.default && one.type === 'Database');
  return own?.number ?? 0;
}
