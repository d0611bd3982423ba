/** What the tests of this folder share: whole files through the assessment, in a folder of their own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckFolder, openDuckFolder } from '../../../test/support/duck-folder.ts';
import { runTask, type AssessTask } from '../../domain/run.ts';
import { parseSchemaFile } from '../../rules/schema-file.ts';
import { assess } from './assess.ts';

export class Bench extends DuckFolder {
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
}

export const openBench = async (): Promise<Bench> => await openDuckFolder(Bench);
