/** docs/types.md against the connectors and the matrix. `UPDATE_GOLDEN=1` writes its tables anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { registry } from '../../src/connectors/registry.ts';
import { parseType } from '../../src/domain/types.ts';
import type { Connection } from '../../src/sdk/index.ts';
import { typeNames } from './names.ts';
import { cells, type Cell } from './matrix.ts';
import { mysqlCells, type MysqlCell } from './mysql-cells.ts';

const path = new URL('../../docs/types.md', import.meta.url);
const generated = /(?<=<!-- generated: begin -->\n)[\s\S]*?(?=\n<!-- generated: end -->)/;
const columns = [
  ...typeNames.flatMap((name) => (name === 'decimal' ? ['decimal(12,2)', 'decimal(60,20)', name] : [name])),
  'text[]',
];

/** A location per system; files have no types of their own. */
const locations: Readonly<Record<string, string>> = {
  postgres: 'postgres://u@h/d',
  duckdb: 'duckdb:a.duckdb',
  mysql: 'mysql://u@h/d',
};

/** How many edge values travel, and the table of those that do not come back as they were. */
function tested(system: string, all: readonly (Cell | MysqlCell)[]): string {
  const odd = all.flatMap(({ type, values, refused = {}, becomes = {} }) => {
    const shown = values.length > 2 ? `${values.slice(0, 2).join(', ')}, …` : values.join(', ');
    return [
      ...[...Map.groupBy(Object.entries(refused), ([, code]) => code)].map(
        ([code, at]) => `| ${type} | ${shown} | ${at.map(([place]) => place).join(', ')} | refused: \`${code}\` |`,
      ),
      ...Object.keys(becomes).map((place) => `| ${type} | ${values.length} values | ${place} | same meaning, other text |`),
    ];
  });
  const count = all.reduce((sum, { values }) => sum + values.length, 0);
  const lead = `${all.length} ${system} types with ${count} values at their edges go to PostgreSQL, MariaDB, DuckDB, CSV, NDJSON and Parquet and come back as they were, except:`;
  return `${lead}\n\n| type | values | at | |\n| --- | --- | --- | --- |\n${odd.join('\n')}`;
}

async function page(): Promise<string> {
  const systems: { readonly title: string; readonly destination: NonNullable<Connection['destination']> }[] = [];
  for (const { schemes, load } of registry) {
    const location = schemes.map((scheme) => locations[scheme]).find((found) => found !== undefined);
    if (location === undefined) continue;
    const connector = await load();
    const { destination } = connector.locate(location, {});
    if (destination) systems.push({ title: connector.title, destination });
  }
  const head = ['type', ...systems.map(({ title }) => title)];
  const rows = columns.map((name) => [
    name,
    ...systems.map(({ destination }) => destination.types(parseType(name)) ?? 'refused'),
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  return `\n## The type of a new column\n\n${table}\n\n## What is tested\n\n${tested('PostgreSQL', cells)}\n\n${tested('MariaDB', mysqlCells)}\n`;
}

test('docs/types.md has the types that columns get, and every value that does not come back as it was', async () => {
  const expected = await page();
  if (process.env['UPDATE_GOLDEN'])
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(generated, () => expected),
    );
  assert.equal(generated.exec(readFileSync(path, 'utf8'))?.[0], expected);
});
