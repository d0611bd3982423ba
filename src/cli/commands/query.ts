import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { HeadgateError } from '../../domain/error.ts';
import { typeName } from '../../domain/types.ts';
import { createContext } from '../../engine/context.ts';
import type { Connection, Context, DuckResult } from '../../sdk/index.ts';
import type { Command, World } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import { connectServer } from '../client.ts';
import { dataDirOf, embeddedWarehouse, enterWarehouse, isHosted } from '../hosted.ts';
import type { Values } from '../options.ts';
import { connect, readLocation } from '../locations.ts';
import { logTo } from '../notes.ts';
import { duration } from '../render/amount.ts';
import { headerLine, layout, rowLine, type TableLayout } from '../render/table.ts';
import { readStatement } from '../statement.ts';
import { discoverStreams } from '../../engine/streams.ts';
import { wantedStreams } from '../streams.ts';
import type { Terminal } from '../terminal.ts';
import { wireRows } from '../../engine/wire-rows.ts';
import { counted } from '../../domain/count.ts';

export const query: Command = async ({ positionals, values }, world) => {
  const { terminal, env, stateDir, signal } = world;
  const sql = readStatement(positionals[0] ?? '');
  if (values.in === undefined && (await isHosted(world))) return await queryHosted(sql, values, world);
  if (values.in === undefined) await enterWarehouse('asking', world);
  const location = values.in === undefined ? embeddedWarehouse(world) : readLocation(values.in, env);
  const connection = await connect(location, 'source', env);
  await using context = await createContext({ stateDir, signal, log: logTo(world) });
  const started = performance.now();
  const rows = await (connection.connector === 'duckdb' ? queryDuck : querySource)(connection, sql, context, (result) =>
    print(terminal, result),
  );
  terminal.note(terminal.notePaint('dim', `${counted(rows, 'row')} · ${duration((performance.now() - started) / 1000)}`));
  return exit.done;
};

/** As many rows as an answer of a server holds. */
const mostHosted = 10_000;

/** The server owns the file: it is asked, with its limits. */
async function queryHosted(sql: string, values: Values, world: World): Promise<ExitCode> {
  const { terminal } = world;
  const client = await connectServer(world, { 'data-dir': dataDirOf(world), ...values });
  const { columns, rows, truncated } = await client.call('warehouse.query', { sql, limit: mostHosted, timeout_seconds: 300 });
  const count = await print(terminal, { columns, batches: Readable.from(rows.length > 0 ? [rows] : []) });
  const more = truncated ? ', and there are more: the server runs, and answers no longer than this' : '';
  terminal.note(terminal.notePaint('dim', `${counted(count, 'row')}${more}`));
  return exit.done;
}

type Printer = (result: DuckResult) => Promise<number>;

/** On the file itself: read-only, no access to other files, configuration locked. */
async function queryDuck(connection: Connection, sql: string, context: Context, use: Printer): Promise<number> {
  const path = connection.identity.replace(/^duckdb:/, '');
  if (!existsSync(path)) {
    throw new HeadgateError('file.missing', `opening the warehouse: there is no file ${path}`, {
      hint: 'import something first: headgate import FILE',
    });
  }
  await using duck = await context.duck({ path, readOnly: true, locked: true });
  return await use(await duck.stream(sql));
}

/** As a stream of the source, whose sessions only read. */
async function querySource({ source }: Connection, sql: string, context: Context, use: Printer): Promise<number> {
  if (!source) return 0;
  const [info] = await discoverStreams(source, context, wantedStreams({ query: sql }, source));
  if (!info) return 0;
  await using opened = await source.open(context);
  const projection = { columns: info.schema.fields.map(({ name }) => ({ from: name, as: name })) };
  const flows = [{ stream: info.stream, schema: info.schema, projection }];
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for await (const event of opened.read({ flows, mode: 'snapshot', format: 'csv' }))
      if (event.type === 'bytes') yield event.data;
  };
  const columns = info.schema.fields.map(({ name, type }) => ({ name, type: typeName(type) }));
  return await use({ columns, batches: wireRows(bytes()) });
}

const numeric = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL|FLOAT|REAL|DOUBLE)/i;

/** Prints rows as they come; the first batch decides the widths. Resolves to the number of rows. */
async function print(terminal: Terminal, { columns, batches }: DuckResult): Promise<number> {
  if (terminal.json) await terminal.record('columns', { columns });
  const titles = columns.map(({ name, type }) => ({ title: name, right: numeric.test(type) }));
  let shape: TableLayout | undefined;
  let count = 0;
  for await (const rows of batches) {
    count += rows.length;
    if (terminal.json) {
      for (const values of rows) await terminal.record('row', { values });
    } else {
      const lines = shape ? [] : [headerLine((shape = layout(titles, rows, terminal.width)), terminal.paint)];
      for (const row of rows) lines.push(rowLine(shape, row, terminal.paint, terminal.width !== undefined));
      await terminal.result(lines.join('\n'));
    }
    if (terminal.closed) break;
  }
  if (!terminal.json && !shape) await terminal.result(headerLine(layout(titles, [], terminal.width), terminal.paint));
  return count;
}
