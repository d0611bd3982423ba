import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';
import { refName } from '../../domain/schema.ts';
import type { Context, CsvDialect, Duck, FileRef, Staged, TableWriter, WriteRequest } from '../../sdk/index.ts';
import { quoteName } from '../../sdk/duck-sql.ts';
import { lineOfRecord } from '../../sdk/record-lines.ts';
import { namespaceOf, ownSchema, quoteTable, stagePrefix } from './catalog.ts';
import { feed } from './feed.ts';
import { dropStages, ensureLedger, registerStage, stageText, type StageRef } from './ledger.ts';
import { columnList, countMisfits, loadCsv, loadNdjson, loadParquet, nativeType, parquetOf, stageFields } from './load-sql.ts';
import { count, transaction } from './transaction.ts';

/**
 * Stages rows in a table of their final types, in the same file. It stands beside its target where the publish may rename it
 * into place (DuckDB cannot move a table to another schema), else in our own schema.
 */
export async function openWriter(duck: Duck, context: Context, request: WriteRequest): Promise<TableWriter> {
  const { target, pipeline } = request;
  const stage = await createStage(duck, request);
  const doing = `loading ${refName(target.table)}`;
  const load = loader(duck, quoteTable(stage), request, doing);
  let rows = 0;
  let bytes = 0;
  let flushed = false;
  let disposed = false;

  return {
    write: async (data) => {
      const { scratch, signal } = context;
      const started = async (): Promise<void> => await context.failpoint('duckdb.load.mid');
      const fed = await feed({ data, scratch, signal, load: load.csv, started });
      rows += fed.rows;
      bytes += fed.bytes;
    },
    load: async (file) => {
      await requireUnchanged(file);
      rows += await load.file(file);
      await requireUnchanged(file);
      bytes += file.size;
    },
    table: async (fill) => {
      const filled = await fill({ duck, table: quoteTable(stage), types: stageFields(target).map(nativeType) });
      await context.failpoint('duckdb.load.mid');
      rows += filled.rows;
      return filled;
    },
    flush: async (): Promise<Staged> => {
      const found = await count(duck, `select count(*) from ${quoteTable(stage)}`);
      if (found !== rows) throw new HeadgateError('publish.counts', `${doing}: ${rows} rows were loaded, ${found} are staged`);
      flushed = true;
      await context.failpoint('duckdb.stage.flushed');
      return { table: target.table, ref: stageText(stage), rows, bytes };
    },
    [Symbol.asyncDispose]: async () => {
      if (disposed) return;
      disposed = true;
      try {
        if (!flushed) await transaction(duck, async () => await dropStages(duck, pipeline, [stage.name]));
      } catch (error) {
        // After a cancel no statement runs any more; the next claim removes what is left.
        if (!(error instanceof HeadgateError) || error.code !== 'run.cancelled') throw error;
      } finally {
        await duck[Symbol.asyncDispose]();
      }
    },
  };
}

interface Loader {
  csv(path: string): Promise<number>;
  file(file: FileRef): Promise<number>;
}

function loader(duck: Duck, stage: string, { target, format }: WriteRequest, doing: string): Loader {
  const fields = stageFields(target);
  /** A file can be read again: names every field with values that do not fit, and how many. */
  const explain = async (error: unknown, file: FileRef, dialect: CsvDialect): Promise<never> => {
    if (error instanceof HeadgateError && error.code === 'file.format') throw await brokenRecord(error, file, dialect);
    if (!(error instanceof HeadgateError) || error.code !== 'value.invalid') throw error;
    const [counts = []] = await duck.rows(countMisfits(fields, file.path, dialect));
    const bad = fields.flatMap((field, i) =>
      counts[i] === '0'
        ? []
        : [`field ${JSON.stringify(field.name)}: ${counts[i]} of these rows do not fit ${nativeType(field)}`],
    );
    throw new HeadgateError('value.invalid', `${doing}: ${bad.join('; ') || error.message}`, { cause: error.cause });
  };
  return {
    csv: async (path) => await duck.run(loadCsv(stage, fields, path)),
    file: async (file) => {
      if (format === 'csv') {
        const dialect = file.csv ?? { delimiter: ',', quote: '"', escape: '"', header: false };
        const loading = duck.run(loadCsv(stage, fields, file.path, dialect));
        return await loading.catch(async (error: unknown) => await explain(error, file, dialect));
      }
      if (format === 'ndjson') return await duck.run(loadNdjson(stage, fields, file));
      const types = new Map((await duck.rows(`describe select * from ${parquetOf(file)}`)).map(([name, type]) => [name, type]));
      const ordered = file.schema.fields.map((field) => types.get(field.name) ?? 'VARCHAR');
      return await duck.run(loadParquet(stage, fields, file, ordered));
    },
  };
}

/** DuckDB counts records, people count lines. */
async function brokenRecord({ message, cause }: HeadgateError, file: FileRef, dialect: CsvDialect): Promise<HeadgateError> {
  const [, record] = /\(line (\d+)\)/.exec(message) ?? [];
  const counts = record !== undefined && file.lines?.of === 'file';
  const line = counts ? await lineOfRecord(createReadStream(file.path), dialect, Number(record)) : undefined;
  const number = record === undefined ? '' : ` number ${record}`;
  const where = line === undefined ? number : ` on line ${line + (file.lines?.before ?? 0)}`;
  return new HeadgateError('file.format', `loading ${basename(file.path)}: the record${where} does not fit its columns`, {
    cause,
  });
}

async function requireUnchanged(file: FileRef): Promise<void> {
  const now = await stat(file.path, { bigint: true }).catch(() => undefined);
  if (!now) throw new HeadgateError('file.missing', `loading ${file.path}: the file is gone`);
  if (now.size !== BigInt(file.size) || String(now.mtimeNs) !== file.modified) {
    throw new HeadgateError('file.changed', `loading ${file.path}: the file has changed since it was looked at`);
  }
}

/** An empty table beside the one that it may become, or among our own; registered, so that a later claim finds it. */
async function createStage(duck: Duck, { target, pipeline, attempt }: WriteRequest): Promise<StageRef> {
  const besides = target.existing === undefined || target.policy.mode === 'replace';
  const namespace = besides ? namespaceOf(target.table) : ownSchema;
  const stage = { namespace, name: `${stagePrefix}${randomUUID().replaceAll('-', '').slice(0, 16)}` };
  await ensureLedger(duck);
  await transaction(duck, async () => {
    await duck.run(`create schema if not exists ${quoteName(namespace)}`);
    await duck.run(`create table ${quoteTable(stage)} (${columnList(stageFields(target))})`);
    await registerStage(duck, pipeline, attempt, stage);
  });
  return stage;
}
