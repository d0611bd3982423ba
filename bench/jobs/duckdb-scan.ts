/** A limit: `node duckdb-scan.ts SHAPE FILE COUNT` reads a csv file with the types given, keeps nothing and writes the number of rows to COUNT. */
import { writeFile } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { shapes } from '../data.ts';

const [name, file, count = ''] = process.argv.slice(2);
const shape = name === 'wide' ? shapes.wide : shapes.narrow;
const columns = shape.columns.map((column) => `'${column.name}': '${column.duckdb}'`).join(', ');

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
// Every column is counted, so every value is read as its type.
const counts = shape.columns.map((column) => `count(${column.name})`).join(', ');
const scan = `read_csv('${file}', columns = {${columns}}, auto_detect = false, header = true, allow_quoted_nulls = false)`;
const answer = await connection.runAndReadAll(`select count(*), ${counts} from ${scan}`);
await writeFile(count, String(answer.getRows()[0]?.[0]));
connection.closeSync();
instance.closeSync();
