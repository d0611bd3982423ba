import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Json } from '../../src/domain/json.ts';
import type { WritePolicy } from '../../src/domain/policy.ts';
import type { Field, TableInfo } from '../../src/domain/schema.ts';
import { parseType } from '../../src/domain/types.ts';
import { duckType } from '../../src/sdk/duck-sql.ts';
import type {
  Context,
  Destination,
  FileRef,
  FormatName,
  PublishRequest,
  PublishResult,
  Staged,
  Target,
} from '../../src/sdk/index.ts';
import { personalFiles } from '../../src/files/folders.ts';
import { personalNet } from '../../src/net/net.ts';
import { openDuck } from '../../src/staging/duck.ts';
import { openDestination } from '../../src/connectors/duckdb/destination.ts';

/** For the tests of this folder: a real file, driven through the connector's own doors. */
export interface Bench {
  readonly path: string;
  readonly context: Context;
  readonly destination: Destination;
  /** `claim`, stage, `publish` under a token of its own. */
  sync(target: Target, data: string, more?: Partial<PublishRequest> & { brake?: boolean }): Promise<PublishResult>;
  stage(target: Target, data: string): Promise<Staged>;
  load(target: Target, format: FormatName, file: FileRef): Promise<Staged>;
  rows(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  run(sql: string): Promise<number>;
}

export async function testContext(
  t: TestContext,
  signal = new AbortController().signal,
  failpoint?: (name: string) => void,
): Promise<Context> {
  const scratch = await mkdtemp(join(tmpdir(), 'headgate-duckdb-'));
  t.after(async () => await rm(scratch, { recursive: true, force: true }));
  return {
    signal,
    scratch,
    log: { info: () => undefined, warn: () => undefined },
    duck: async (options = {}) => await openDuck(options, { scratch, signal }),
    net: personalNet(),
    files: personalFiles,
    failpoint: async (name) => failpoint?.(name),
  };
}

export async function bench(t: TestContext, failpoint?: (name: string) => void): Promise<Bench> {
  const context = await testContext(t, undefined, failpoint);
  const path = join(context.scratch, 'warehouse.duckdb');
  const destination = await openDestination({ path }, context);
  t.after(async () => await destination[Symbol.asyncDispose]());
  const writer = async (target: Target, format: FormatName): ReturnType<Destination['open']> =>
    await destination.open({ target, format, pipeline: 'p1', attempt: 'r1.1', ordinal: 0 });
  const stage = async (target: Target, data: string): Promise<Staged> => {
    await using open = await writer(target, 'csv');
    await open.write(chunks(data));
    return await open.flush();
  };
  let syncs = 0;
  return {
    path,
    context,
    destination,
    stage,
    load: async (target, format, file) => {
      await using open = await writer(target, format);
      await open.load?.(file);
      return await open.flush();
    },
    sync: async (target, data, { brake = false, ...more } = {}) => {
      const { fence } = await destination.claim('p1');
      const existing = await destination.describe(target.table);
      const wanted: Target = existing && !target.existing ? { ...target, existing } : target;
      const staged = [await stage(wanted, data)];
      const table = { target: wanted, staged, ...(brake && { brake: { share: 0.3, floor: 1 } }) };
      const positions: Readonly<Record<string, Json>> = {};
      const request = { token: `t${(syncs += 1)}`, pipeline: 'p1', run: 'r1', fence, positions, tables: [table], checksums: [] };
      return await destination.publish({ ...request, ...more });
    },
    rows: async (sql) => {
      await using duck = await context.duck({ path });
      return await duck.rows(sql);
    },
    run: async (sql) => {
      await using duck = await context.duck({ path });
      return await duck.run(sql);
    },
  };
}

/** In odd pieces, so that records and quotes fall on every border. */
export async function* chunks(text: string, size = text.length > 100_000 ? 65_537 : 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function field(name: string, type: string): Field {
  const logical = parseType(type);
  return { name, type: logical, nullable: true, native: { system: 'duckdb', type: duckType(logical), portable: true } };
}

export interface TargetOptions extends Partial<WritePolicy> {
  readonly existing_?: TableInfo;
  readonly add?: readonly Field[];
  readonly widen?: Target['widen'];
  readonly content?: Target['content'];
  readonly overlap?: Target['overlap'];
  readonly table?: Target['table'];
  readonly tableKey?: readonly string[];
}

/** `columns`: `id bigint, v text`. */
export function target(columns: string, options: TargetOptions = {}): Target {
  const {
    existing_,
    add = [],
    widen = [],
    content = 'rows',
    overlap,
    table = { namespace: 'main', name: 't' },
    tableKey,
    ...policy
  } = options;
  const fields = columns.split(/, (?![\d])/).map((column) => {
    const [name = '', ...type] = column.split(' ');
    return field(name, type.join(' '));
  });
  return {
    table,
    schema: { fields, ...(tableKey && { key: tableKey }) },
    policy: { mode: 'replace', nulls: 'write', deletes: 'hard', existing: 'any', evolution: 'evolve', ...policy },
    ...(existing_ && { existing: existing_ }),
    add,
    widen,
    content,
    ...(overlap && { overlap }),
  };
}
