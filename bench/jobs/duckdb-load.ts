/** The DuckDB half of a limit: `node duckdb-load.ts SHAPE FIFO FILE` loads csv with the types given and ends. */
import { DuckDBInstance } from '@duckdb/node-api';
import { shapes } from '../data.ts';

const [name, fifo, file] = process.argv.slice(2);
const shape = name === 'wide' ? shapes.wide : shapes.narrow;
const columns = shape.columns.map((column) => `'${column.name}': '${column.duckdb}'`).join(', ');

const instance = await DuckDBInstance.create(file);
const connection = await instance.connect();
await connection.run(
  `create table items as select * from read_csv('${fifo}', columns = {${columns}}, auto_detect = false, header = false, allow_quoted_nulls = false)`,
);
connection.closeSync();
instance.closeSync();
