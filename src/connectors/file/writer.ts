import { open, rm, type FileHandle } from 'node:fs/promises';
import { HeadgateError } from '../../domain/error.ts';
import type { Context, Staged, TableWriter, WriteRequest } from '../../sdk/index.ts';
import { asFileError } from './durable.ts';
import type { FileFormat } from './location.ts';
import { countRows } from './count.ts';
import { preamble, RecordCounter } from './records.ts';

/** Stages one document as a hidden file beside the one that it will become. */
export class FileWriter implements TableWriter {
  readonly #path: string;
  readonly #format: FileFormat;
  readonly #request: WriteRequest;
  readonly #context: Context;
  readonly #counter: RecordCounter;
  #handle: FileHandle | undefined;
  #bytes = 0;
  #flushed = false;

  constructor(path: string, format: FileFormat, request: WriteRequest, context: Context) {
    this.#path = path;
    this.#format = format;
    this.#request = request;
    this.#context = context;
    this.#counter = new RecordCounter(format);
  }

  async write(data: AsyncIterable<Uint8Array>): Promise<void> {
    const handle = await this.#open();
    for await (const chunk of data) {
      this.#counter.push(chunk);
      this.#bytes += chunk.byteLength;
      await this.#guard(() => handle.writeFile(chunk));
    }
    if (this.#format !== 'parquet' && !this.#counter.whole) {
      throw new HeadgateError('read.incomplete', `writing ${this.#path}: the data ended inside a record`);
    }
  }

  async flush(): Promise<Staged> {
    const handle = await this.#open();
    await this.#guard(() => handle.sync());
    await handle.close();
    this.#handle = undefined;
    const { table } = this.#request.target;
    const rows = this.#format === 'parquet' ? await countRows(this.#path, 'parquet', this.#context) : this.#counter.rows;
    await this.#context.failpoint('file.staged');
    this.#flushed = true;
    return { table, ref: this.#path, rows, bytes: this.#bytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    if (!this.#flushed) await rm(this.#path, { force: true });
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle) return this.#handle;
    const handle = await this.#guard(() => open(this.#path, 'w'));
    this.#handle = handle;
    await this.#guard(() => handle.writeFile(preamble(this.#format, this.#request.target.schema)));
    return handle;
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asFileError(error, `writing ${this.#path}`);
    }
  }
}
