/** What the connector's tests against a server share. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestMariadb } from '../../../test/support/mariadb.ts';
import type { StreamRef } from '../../domain/schema.ts';
import type { Context, Destination, ReadRequest, Source } from '../../sdk/index.ts';
import { mysql } from './index.ts';
import { personalFiles } from '../../files/folders.ts';
import { personalNet } from '../../net/net.ts';

/** A context as a run gives one, without what this connector does not use. */
export async function testContext(signal: AbortSignal = new AbortController().signal): Promise<Context & AsyncDisposable> {
  const scratch = await mkdtemp(join(tmpdir(), 'headgate-mysql-'));
  return {
    signal,
    scratch,
    log: { info: () => undefined, warn: () => undefined },
    duck: () => Promise.reject(new Error('MySQL needs no DuckDB')),
    net: personalNet(),
    files: personalFiles,
    failpoint: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }),
  };
}

/** The rows that a read of one stream sends, as the text of the document, with its position and proof. */
export async function readAll(url: string, stream: StreamRef, request: Partial<ReadRequest> = {}) {
  await using context = await testContext();
  await using source = await openSource(url, context);
  const { info, flows } = await wholeOf(source, stream);
  let text = '';
  for await (const event of source.read({ flows, mode: 'snapshot', format: 'csv', ...request })) {
    if (event.type === 'bytes') text += Buffer.from(event.data).toString();
    else if (event.type === 'checkpoint') return { info, text, position: event.position, proof: event.proof };
  }
  throw new Error('the read has an end');
}

/** A flow of all columns of a stream. */
export async function wholeOf(source: Source, stream: StreamRef) {
  const [info] = await source.discover([stream]);
  if (!info) throw new Error('the stream is there');
  const columns = info.schema.fields.map(({ name }) => ({ from: name, as: name }));
  return { info, flows: [{ stream: info.stream, schema: info.schema, projection: { columns } }] };
}

/** Reads on, until the read ends otherwise than well. */
export async function drain(source: Source, flows: ReadRequest['flows']): Promise<void> {
  for await (const event of source.read({ flows, mode: 'snapshot', format: 'csv' })) assert.ok(event.type === 'bytes');
}

/** Does a statement in this database sleep? */
export async function isAsleep(server: TestMariadb, url: string): Promise<boolean> {
  const asleep = `select 1 from information_schema.processlist where state = 'User sleep' and db = database()`;
  return (await server.sql(url, asleep)).length > 0;
}

export function openSource(url: string, context: Context): Promise<Source> {
  const { source } = mysql.locate(url, {});
  if (!source) throw new Error('MySQL can be read');
  return source.open(context);
}

export function openDestination(url: string, context: Context): Promise<Destination> {
  const { destination } = mysql.locate(url, {});
  if (!destination) throw new Error('MySQL can be written');
  return destination.open(context);
}
