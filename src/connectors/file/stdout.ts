import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { once } from 'node:events';
import { HeadgateError } from '../../domain/error.ts';
import type {
  Context,
  Destination,
  PublishRequest,
  PublishResult,
  TableResult,
  TableWriter,
  WriteRequest,
} from '../../sdk/index.ts';
import { refName, type TableInfo } from '../../domain/schema.ts';
import type { FileFormat } from './location.ts';
import { FileWriter } from './writer.ts';

/**
 * Standard output: rows are kept until the read is complete, then written at once. A pipe has no ledger, so a run that
 * is killed while it writes writes all of it again: at least once.
 */
export class StdoutDestination implements Destination {
  readonly #format: FileFormat;
  readonly #context: Context;
  readonly #output: Writable;

  constructor(format: FileFormat, context: Context, output: Writable = process.stdout) {
    this.#format = format;
    this.#context = context;
    this.#output = output;
  }

  check = (): Promise<readonly []> => Promise.resolve([]);
  describe = (): Promise<TableInfo | undefined> => Promise.resolve(undefined);
  ledger = (): Promise<readonly []> => Promise.resolve([]);

  claim(_pipeline: string, fence = 1): Promise<{ fence: number }> {
    return Promise.resolve({ fence });
  }

  open(request: WriteRequest): Promise<TableWriter> {
    const path = join(this.#context.scratch, `stdout-${request.ordinal}-${request.target.table.name.replace(/[^\w]/g, '_')}`);
    return Promise.resolve(new FileWriter(path, this.#format, request, this.#context));
  }

  async publish({ tables }: PublishRequest): Promise<PublishResult> {
    const results: TableResult[] = [];
    for (const { target, staged } of tables) {
      for (const { ref } of staged) await this.#copy(ref);
      const rows = staged.reduce((sum, part) => sum + part.rows, 0);
      results.push({ table: refName(target.table), staged: rows, added: rows, changed: 0, deduplicated: 0, deleted: 0 });
    }
    return { status: 'published', tables: results };
  }

  explain(): readonly string[] {
    return ['write to standard output (at least once: a pipe keeps no ledger)'];
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #copy(path: string): Promise<void> {
    const { signal } = this.#context;
    for await (const chunk of createReadStream(path, { signal })) {
      if (this.#output.destroyed) throw closed();
      // `drain` never comes from a pipe that its reader closed.
      if (!this.#output.write(chunk))
        await Promise.race([
          once(this.#output, 'drain', { signal }),
          once(this.#output, 'close').then(() => Promise.reject(closed())),
        ]);
    }
  }
}

const closed = (): HeadgateError => new HeadgateError('connect.lost', 'writing to standard output: its reader has closed it');
