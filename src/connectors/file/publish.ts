/** One publish: assemble every file, decide, rename, record. Called by the only one who may, with a settled manifest. */
import { rm } from 'node:fs/promises';
import { HeadgateError } from '../../domain/error.ts';
import { brakeHolds } from '../../domain/policy.ts';
import { refName, type TableRef } from '../../domain/schema.ts';
import type { Context, Publish, PublishRequest, PublishResult, TablePublish, TableResult } from '../../sdk/index.ts';
import { assemble } from './assemble.ts';
import { countRows } from './count.ts';
import { exists } from './durable.ts';
import { candidates, columnsOf } from './input/dialect.ts';
import { inspect } from './input/inspect.ts';
import type { FileFormat } from './location.ts';
import { completeMoves, withPublish, writeManifest, type Manifest, type Move } from './manifest.ts';

export interface PublishPlace {
  readonly manifest: Manifest;
  readonly manifestPath: string;
  readonly format: FileFormat;
  readonly context: Context;
  fileOf(table: TableRef): string;
  pendingOf(file: string): string;
}

export async function publishFiles(request: PublishRequest, place: PublishPlace): Promise<PublishResult> {
  const { manifest, manifestPath, context } = place;
  for (const table of request.tables) {
    const held = await heldBy(table, place);
    if (held) {
      for (const { staged } of request.tables) for (const { ref } of staged) await rm(ref, { force: true });
      return { status: 'held', tables: [], held };
    }
  }
  const moves: Move[] = [];
  const tables: TableResult[] = [];
  try {
    for (const table of request.tables) {
      const { move, result } = await assembleTable(table, place);
      if (move) moves.push(move);
      tables.push(result);
    }
  } catch (error) {
    for (const { target } of request.tables) await rm(place.pendingOf(place.fileOf(target.table)), { force: true });
    throw error;
  }
  const { token, pipeline, run, fence, positions, checksums } = request;
  const publish: Publish = { token, pipeline, run, fence, at: new Date().toISOString(), positions, tables, checksums };
  const decided = withPublish(manifest, publish);
  await writeManifest(manifestPath, { ...manifest, pending: { publish: decided.publishes[0] ?? unreachable(), moves } });
  await context.failpoint('file.publish.pending');
  await completeMoves(moves);
  await context.failpoint('file.publish.renamed');
  await writeManifest(manifestPath, decided);
  await context.failpoint('file.publish.committed');
  return { status: 'published', tables };
}

function unreachable(): never {
  throw new Error('a manifest with a publish has one');
}

interface AssembledTable {
  /** Absent where the table stays as it is. */
  readonly move?: Move;
  readonly result: TableResult;
}

async function assembleTable({ target, staged }: TablePublish, place: PublishPlace): Promise<AssembledTable> {
  const { format, context } = place;
  const file = place.fileOf(target.table);
  const rows = staged.reduce((sum, { rows: some }) => sum + some, 0);
  const append = target.policy.mode === 'append' && (await exists(file));
  const counts = { table: refName(target.table), staged: rows, changed: 0, deleted: 0 };
  if (staged.length === 0) return { result: { ...counts, added: 0, deduplicated: 0 } };
  if (append && format === 'csv')
    await checkColumns(
      file,
      target.schema.fields.map(({ name }) => name),
    );
  const from = place.pendingOf(file);
  const { print, added } = await assemble(from, { format, staged, target, context, ...(append && { behind: file }) });
  return { move: { from, to: file, ...print }, result: { ...counts, added, deduplicated: rows - added } };
}

/** Rows of csv are known by their place only, so new ones must have the same columns in the same dialect. */
async function checkColumns(file: string, names: readonly string[]): Promise<void> {
  const { head, size } = await inspect(file, file);
  const text = head.toString('utf8');
  const [marks = { delimiter: ',', quote: '"', escape: '"' }] = candidates(text, {});
  const found = columnsOf(text, size === head.length, marks, { header: true });
  const same = found.names.length === names.length && names.every((name, at) => found.names[at] === name);
  const doing = `appending to ${file}`;
  if (!same)
    throw new HeadgateError(
      'schema.incompatible',
      `${doing}: its columns are ${found.names.join(', ')}, not ${names.join(', ')}`,
    );
  if (names.length > 1 && marks.delimiter !== ',') {
    throw new HeadgateError('schema.incompatible', `${doing}: its values are not separated by commas`);
  }
  if (/^[^\n]*\r\n/.test(text.replace(/"(?:[^"]|"")*"/g, '')))
    throw new HeadgateError('schema.incompatible', `${doing}: its lines end with CR LF, ours with LF`);
}

/** Would a replace lose more rows than it may without being asked for? */
async function heldBy(
  { target, staged, brake }: TablePublish,
  { format, context, fileOf }: PublishPlace,
): Promise<PublishResult['held']> {
  const file = fileOf(target.table);
  if (!brake || target.policy.mode !== 'replace' || !(await exists(file))) return undefined;
  const before = await countRows(file, format, context);
  const incoming = staged.reduce((sum, { rows }) => sum + rows, 0);
  const deleted = Math.max(0, before - incoming);
  return brakeHolds(brake, { before, deleted, incoming })
    ? { table: refName(target.table), before, deleted, incoming }
    : undefined;
}
