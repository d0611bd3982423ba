import { HeadgateError, asHeadgateError } from '../../domain/error.ts';
import type { StreamInfo, StreamRef } from '../../domain/schema.ts';
import type { Context, FileRef, Finding, InfersTypes, ReadRequest, Source, SourceEvent } from '../../sdk/index.ts';
import { checkUnchanged } from '../../sdk/file-bytes.ts';
import { matchStreams } from '../_sql/match.ts';
import { inspect, type FileFacts } from './inspect.ts';
import { isPattern, standard, streamName, type FileConfig } from './location.ts';
import { contentOf, type FileContent } from './schema.ts';
import { spool } from './spool.ts';

interface Opened {
  readonly path: string;
  readonly facts: FileFacts;
  readonly content: FileContent;
}

/**
 * One file, one stream. The file is looked at when first asked, standard input spooled then; a csv file is read to its end
 * only when somebody needs its types.
 */
export class FileSource implements Source, InfersTypes {
  readonly #config: FileConfig;
  readonly #context: Context;
  #opened: Promise<Opened> | undefined;

  constructor(config: FileConfig, context: Context) {
    this.#config = config;
    this.#context = context;
  }

  async check(): Promise<readonly Finding[]> {
    try {
      // Standard input cannot be looked at without taking it.
      if (this.#config.path !== standard) await inspect(this.#path(), this.#config.format);
      return [];
    } catch (error) {
      const { code, message, hint } = asHeadgateError(error, `checking ${this.#config.path}`);
      return [{ level: 'error', code, message, hint }];
    }
  }

  async discover(wanted?: readonly StreamRef[]): Promise<readonly StreamInfo[]> {
    if (wanted?.some((ref) => ref.query !== undefined)) {
      throw new HeadgateError('stream.query', `reading ${this.#config.path}: a file takes no query`, {
        hint: 'use --select and --where',
      });
    }
    const info = this.#info(await this.#open());
    return wanted === undefined ? [info] : matchStreams(wanted, [info], '');
  }

  async inferTypes(stream: StreamInfo): Promise<StreamInfo> {
    const { path, facts } = await this.#open();
    if (!this.#config.infer || this.#config.format !== 'csv') return stream;
    const content = await contentOf(this.#config, path, facts, true, () => this.#context.duck());
    return this.#info({ path, facts, content });
  }

  #info({ facts, content }: Opened): StreamInfo {
    return {
      stream: this.#stream(),
      kind: 'file',
      schema: content.schema,
      cursors: [],
      estimatedBytes: facts.size,
      revision: `${facts.size}@${facts.modified}`,
      ...(content.wire && { wire: true }),
      ...(content.rows !== undefined && { estimatedRows: content.rows }),
    };
  }

  async *read({ flows }: ReadRequest): AsyncGenerator<SourceEvent> {
    const { path, facts, content } = await this.#open();
    const [flow] = flows;
    if (!flow) throw new HeadgateError('stream.missing', `reading ${path}: no stream was asked for`);
    const { size, modified } = facts;
    this.#goOn();
    await checkUnchanged({ path, size, modified });
    // The types of the caller win (it may have fixed them by the table); names and order are the file's.
    const known = new Map(flow.schema.fields.map((field) => [field.name, field]));
    const fields = content.schema.fields.map((field) => known.get(field.name) ?? field);
    const file: FileRef = { path, size, modified, schema: { fields }, ...(content.csv && { csv: content.csv }) };
    yield { type: 'file', stream: flow.stream, file };
    this.#goOn();
    await checkUnchanged({ path, size, modified });
    yield {
      type: 'checkpoint',
      position: { kind: 'file', size, modified },
      proof: {
        evidence: `${size.toLocaleString('en')} bytes to the end of the file`,
        guarantee: 'one file, unchanged while it was read',
        warnings: [],
      },
    };
  }

  explain(): readonly string[] {
    return [`read ${this.#config.path} as ${this.#config.format}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** The file is read by whoever takes it over; between two events is where this side can be stopped. */
  #goOn(): void {
    if (this.#context.signal.aborted)
      throw new HeadgateError('run.cancelled', `reading ${this.#config.path}: stopped on request`);
  }

  #stream(): StreamRef {
    return { name: streamName(this.#config.path) };
  }

  #path(): string {
    const { path } = this.#config;
    if (!isPattern(path)) return path;
    throw new HeadgateError('file.missing', `reading ${path}: it names a folder or a pattern`, { hint: 'name one file' });
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#look();
    return this.#opened;
  }

  async #look(): Promise<Opened> {
    const { format } = this.#config;
    const path = this.#config.path === standard ? await spool(process.stdin, format, this.#context) : this.#path();
    const facts = await inspect(path, format);
    const content = await contentOf(this.#config, path, facts, false, () => this.#context.duck());
    return { path, facts, content };
  }
}
