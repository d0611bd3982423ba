/** What the tests of this folder share: whole files through the assessment, in a folder of their own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTask, type AssessTask } from '../../domain/run.ts';
import { parseSchemaFile } from '../../rules/schema-file.ts';
import type { Duck } from '../../sdk/index.ts';
import { openDuck } from '../../staging/duck.ts';
import { assess } from './assess.ts';

export class Bench implements AsyncDisposable {
  readonly duck: Duck;
  readonly folder: string;

  constructor(duck: Duck, folder: string) {
    this.duck = duck;
    this.folder = folder;
  }

  /** The text of a csv file, and fields as a schema file has them. */
  async look(text: string, definition: object, more: Partial<AssessTask> = {}) {
    const path = join(this.folder, 'in.csv');
    await writeFile(path, text);
    const csv = { delimiter: ',', quote: '"', escape: '"', header: false };
    const file = { path, size: text.length, modified: '0', schema: { fields: [] }, csv };
    const task = runTask.parse({ kind: 'assess', definition: {}, ...more }) as AssessTask; // as its kind says
    const schema = parseSchemaFile(JSON.stringify({ match: 'fuzzy', ...definition }), 'schema');
    const found = await assess(this.duck, { file, schema, task, scratch: join(this.folder, 'scratch') });
    const rows = found.rows === undefined ? undefined : await this.duck.rows(found.rows);
    return {
      ...found,
      blocks: found.blocks.map(({ code }) => code),
      rows: rows?.map(([row]) => JSON.parse(row ?? '') as unknown),
      said: found.errors.map(({ rowIndex, fieldKey, message, value }) => `${rowIndex} ${fieldKey} ${message}: ${value}`),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.duck[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true });
  }
}

export async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'assess-'));
  return new Bench(await openDuck({}, { scratch: folder, signal: new AbortController().signal }), folder);
}
