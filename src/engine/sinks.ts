/** Where the bytes of one stream go on their lane: straight into a writer, or through a part that DuckDB reshapes. */
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { checkCsv, csvBytes } from '../sdk/file-bytes.ts';
import { lineOfRecord } from '../sdk/record-lines.ts';
import type { FileRef, FormatName, Staged, TableWriter } from '../sdk/index.ts';
import type { Converted } from '../shape/convert.ts';
import type { Outlet, Warned } from '../shape/write.ts';
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
  /** Whose bytes go to the writer. */
  #file: FileRef | undefined;

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
      this.#file = file;
      for await (const data of csvBytes(file)) await this.#inFile(this.push(data));
    }
  }

  /** Lets the staged lane fill the writer: its table where DuckDB is the destination's engine too, else by the same door as `push`. */
  async fill(format: FormatName, by: (outlet: Outlet) => Promise<Converted>): Promise<Converted> {
    if (!this.#writer.table) return await by({ format, take: async (data) => await this.push(data) });
    this.#loaded = true;
    return await this.#writer.table(by);
  }

  async finish(): Promise<Finished> {
    if (!this.#loaded) this.#start();
    this.#channel.end();
    await this.#inFile(this.#writing);
    const staged = await this.#writer.flush();
    return { staged, checksum: hex(this.#channel.checksum), rejected: 0, warned: [] };
  }

  /** A loader counts the lines that it was given; people count those of their file, the header among them. */
  async #inFile(work: Promise<void> | undefined): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof HeadgateError)) throw error;
      const [, line] = /\(line (\d+)/.exec(error.message) ?? [];
      const place = this.#file && line !== undefined ? await lineInFile(this.#file, Number(line)) : undefined;
      if (place === undefined) throw error;
      const message = error.message.replace(/\(line \d+/, `(line ${place} of ${basename(this.#file?.path ?? '')}`);
      throw new HeadgateError(error.code, message, { hint: error.hint, cause: error });
    }
  }

  #start(): void {
    // The writer runs beside the reader; its failure reaches the reader through the channel, and finish() waits for it.
    if (this.#writing) return;
    this.#writing = this.#writer.write(this.#channel).catch((error: unknown) => {
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

/**
 * The line of a file where a loader means the nth of its records. Its own count has the line ends inside quotes in it, but for those
 * of the first record: until that ends, nothing shows what a line end is.
 */
async function lineInFile({ csv, lines, path }: FileRef, loaded: number): Promise<number | undefined> {
  if (!csv || lines?.of !== 'file') return undefined;
  const at = async (record: number) => await lineOfRecord(createReadStream(path), csv, record);
  const first = csv.header ? 2 : 1;
  const second = loaded > 1 ? await at(first + 1) : undefined;
  const line = second === undefined ? await at(first) : second + loaded - 2;
  return line === undefined ? undefined : line + lines.before;
}

/** What the staged lane does with a whole document, or several of one stream: reshapes it into the outlet. */
export type Convert = (input: readonly (FileRef | { readonly path: string })[], outlet: Outlet) => Promise<Converted>;

interface StagedOptions {
  /** That of the writer. */
  readonly format: FormatName;
  /** Path of the part that holds bytes until they are shaped. */
  readonly part: string;
}

/** Bytes or files in, a part on local disk, DuckDB's answer out while it is made: the staged lane. */
export class StagedSink implements Sink {
  readonly #direct: DirectSink;
  readonly #convert: Convert;
  readonly #format: FormatName;
  readonly #part: string;
  #handle: FileHandle | undefined;
  readonly #files: FileRef[] = [];

  constructor(writer: TableWriter, convert: Convert, { format, part }: StagedOptions) {
    this.#direct = new DirectSink(writer);
    this.#convert = convert;
    this.#format = format;
    this.#part = part;
  }

  async push(data: Uint8Array): Promise<void> {
    try {
      this.#handle ??= await open(this.#part, 'w');
      await this.#handle.writeFile(data); // all of it: the system may take less than it is given at once
    } catch (error) {
      throw asHeadgateError(error, `writing a part to ${this.#part}`);
    }
  }

  async file(file: FileRef): Promise<void> {
    this.#files.push(file);
  }

  async finish(): Promise<Finished> {
    if (this.#files.length === 0) this.#handle ??= await open(this.#part, 'w');
    await this.#handle?.close();
    this.#handle = undefined;
    const input = this.#files.length > 0 ? this.#files : [{ path: this.#part }];
    const { rows, rejected, warned } = await this.#direct.fill(
      this.#format,
      async (outlet) => await this.#convert(input, outlet),
    );
    await rm(this.#part, { force: true });
    const finished = await this.#direct.finish();
    if (finished.staged.rows !== rows) {
      throw new HeadgateError(
        'publish.counts',
        `staging rows: ${rows} were shaped, ${finished.staged.rows} arrived at the destination`,
      );
    }
    return { ...finished, rejected, warned };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
    await this.#direct[Symbol.asyncDispose]();
  }
}
