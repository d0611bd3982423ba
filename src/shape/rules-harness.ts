/** For the tests of rules: a schema as people write it, rows as a csv file, and what became of each. */
import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckFolder, openDuckFolder } from '../../test/support/duck-folder.ts';
import { parseSchemaFile } from '../rules/schema-file.ts';
import { convert } from './convert.ts';
import type { Warned } from './write.ts';

export type Row = readonly (string | null)[];

export interface Judged {
  /** The wire csv of the rows that passed, line by line. */
  readonly lines: readonly string[];
  /** `row field code`, in the order of the file. */
  readonly rejects: readonly string[];
  readonly rejected: number;
  readonly warned: readonly Warned[];
}

export class Bench extends DuckFolder {
  /** `rows` in the order of the schema's fields, under their names. */
  async judge(schema: unknown, rows: readonly Row[], limit = 1_000_000): Promise<Judged> {
    const { fields, rules } = parseSchemaFile(JSON.stringify(schema), 'schema.json');
    const path = join(this.folder, 'in.csv');
    const cell = (text: string | null): string => (text === null ? '' : `"${text.replaceAll('"', '""')}"`);
    const header = fields.map(({ name }) => cell(name)).join(',');
    await writeFile(path, `${[header, ...rows.map((row) => row.map(cell).join(','))].join('\n')}\n`);
    const { size, mtimeNs } = await stat(path, { bigint: true });
    const source = { fields: fields.map(({ name }) => ({ name, type: { kind: 'text' as const }, nullable: true })) };
    const csv = { delimiter: ',', quote: '"', escape: '"', header: true };
    const file = { path, size: Number(size), modified: String(mtimeNs), schema: source, csv };
    const rejects = { limit, unit: 'rows' as const, file: join(this.folder, 'rejects.csv') };
    await rm(rejects.file, { force: true });
    const out = join(this.folder, 'out.csv');
    await writeFile(out, '');
    const converted = await convert(this.duck, {
      input: { format: 'csv', files: [file], schema: source },
      columns: fields.map(({ name }) => ({ from: name, as: name })),
      rules: { fields, rules },
      schema: { fields: fields.map(({ name, type }) => ({ name, type, nullable: true })) },
      scratch: join(this.folder, 'scratch'),
      outlet: { format: 'csv', take: async (data) => await appendFile(out, data) },
      rejects,
    });
    const text = await readFile(out, 'utf8');
    const refused = existsSync(rejects.file)
      ? await this.duck.rows(`select row || ' ' || field || ' ' || code from read_csv('${rejects.file}', all_varchar = true)`)
      : [];
    return {
      lines: text.split('\n').slice(0, -1),
      rejects: refused.map(([line]) => line ?? ''),
      rejected: converted.rejected,
      warned: converted.warned,
    };
  }

  /** Records of the last output: a text may hold line ends. */
  async count(): Promise<number> {
    const text = await readFile(join(this.folder, 'out.csv'), 'utf8');
    return text.replaceAll(/"[^"]*"/g, '').split('\n').length - 1;
  }
}

export const openBench = async (): Promise<Bench> => await openDuckFolder(Bench);
