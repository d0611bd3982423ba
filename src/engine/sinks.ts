/** Where the bytes of one stream go on their lane: straight into a writer, or through a part that DuckDB reshapes. */
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { asHeadgateError } from '../domain/error.ts';
import { checkCsv, csvBytes } from '../sdk/file-bytes.ts';
import type { FileRef, Staged, TableWriter } from '../sdk/index.ts';
import type { Converted, Warned } from '../shape/convert.ts';
import { Channel } from './channel.ts';

export interface Sink extends AsyncDisposable {
  push(data: Uint8Array): Promise<void>;
  file(file: FileRef): Promise<void>;
  /** The document is complete: resolves when it is durable at the destination. */
  finish(): Promise<Finished>;
}

export interface Finished {
  readonly staged: Staged;
  readonly checksum: string;
  readonly rejected: number;
  readonly warned: readonly Warned[];
}

const hex = (sum: number): string => `crc32:${sum.toString(16).padStart(8, '0')}`;

/** Bytes in, bytes out: the direct and the pushed-down lane. */
export class DirectSink implements Sink {
  readonly #writer: TableWriter;
  readonly #channel = new Channel();
  #writing: Promise<void> | undefined;
  #loaded = false;

  constructor(writer: TableWriter) {
    this.#writer = writer;
  }

  async push(data: Uint8Array): Promise<void> {
    this.#start();
    await this.#channel.push(data);
  }

  async file(file: FileRef): Promise<void> {
    if (this.#writer.load) {
      await checkCsv(file);
      await this.#writer.load(file);
      this.#loaded = true;
    } else {
      for await (const data of csvBytes(file)) await this.push(data);
    }
  }

  async finish(): Promise<Finished> {
    if (!this.#loaded) this.#start();
    this.#channel.end();
    await this.#writing;
    const staged = await this.#writer.flush();
    return { staged, checksum: hex(this.#channel.checksum), rejected: 0, warned: [] };
  }

  #start(): void {
    // The writer runs beside the reader; its failure reaches the reader through the channel, and finish() waits for it.
    this.#writing ??= this.#writer.write(this.#channel).catch((error: unknown) => {
      this.#channel.fail(error);
      throw error;
    });
    this.#writing.catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel.fail(new Error('the read ended before its document did'));
    await this.#writing?.catch(() => undefined);
    await this.#writer[Symbol.asyncDispose]();
  }
}

/** What the staged lane does with a whole document, or several of one stream: reshapes it into the file at `output`. */
export type Convert = (
  input: readonly (FileRef | { readonly path: string })[],
  output: string,
) => Promise<Pick<Converted, 'rejected' | 'warned'>>;

/** Bytes or files in, a part on local disk, DuckDB's answer out: the staged lane. */
export class StagedSink implements Sink {
  readonly #direct: DirectSink;
  readonly #convert: Convert;
  readonly #part: string;
  #handle: FileHandle | undefined;
  readonly #files: FileRef[] = [];

  constructor(writer: TableWriter, convert: Convert, part: string) {
    this.#direct = new DirectSink(writer);
    this.#convert = convert;
    this.#part = part;
  }

  async push(data: Uint8Array): Promise<void> {
    try {
      this.#handle ??= await open(this.#part, 'w');
      await this.#handle.write(data);
    } catch (error) {
      throw asHeadgateError(error, `writing a part to ${this.#part}`);
    }
  }

  async file(file: FileRef): Promise<void> {
    await checkCsv(file);
    this.#files.push(file);
  }

  async finish(): Promise<Finished> {
    if (this.#files.length === 0) this.#handle ??= await open(this.#part, 'w');
    await this.#handle?.close();
    this.#handle = undefined;
    const shaped = `${this.#part}.shaped`;
    const { rejected, warned } = await this.#convert(this.#files.length > 0 ? this.#files : [{ path: this.#part }], shaped);
    await rm(this.#part, { force: true });
    // Document by document through the same door as the direct lane, so checksum and backpressure are the same.
    for await (const data of createReadStream(shaped, { highWaterMark: 1 << 18 })) await this.#direct.push(data as Buffer); // no encoding is set
    const finished = await this.#direct.finish();
    await rm(shaped, { force: true });
    return { ...finished, rejected, warned };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
    await this.#direct[Symbol.asyncDispose]();
  }
}
