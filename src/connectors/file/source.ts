import { HeadgateError, asHeadgateError } from '../../domain/error.ts';
import type { StreamInfo, StreamRef } from '../../domain/schema.ts';
import type { Context, FileRef, Finding, Inference, InfersTypes, ReadRequest, Source, SourceEvent } from '../../sdk/index.ts';
import { checkUnchanged } from '../../sdk/file-bytes.ts';
import { matchStreams } from '../_sql/match.ts';
import { declaredTypes } from './declared.ts';
import { guessCsv, inferCsv } from './infer-csv.ts';
import { findFiles } from './input/find.ts';
import { inspect } from './input/inspect.ts';
import type { Seen } from './input/cell-writer.ts';
import { makePlain, type Found, type Plain } from './input/plain.ts';
import { isUrl, label, standard, streamName, type FileConfig } from './location.ts';
import { provenContent } from './proven.ts';
import { contentOf, type FileContent } from './schema.ts';
import { heldConfig } from './shown.ts';
import { grouped } from '../../domain/count.ts';

/** What was found out about a connection's files, as long as they stay as they were: each command asks several times. */
interface Known {
  readonly found: readonly (Found & Pick<Plain, 'size' | 'modified'>)[];
  readonly content: FileContent;
}

const known = new WeakMap<FileConfig, Known>();

/**
 * One file, or several with the same columns, as one stream. They are looked at when first asked: fetched, unpacked and brought
 * to UTF-8 in scratch where need be, and read to their end.
 */
export class FileSource implements Source, InfersTypes {
  readonly #config: FileConfig;
  readonly #context: Context;
  readonly #name: string;
  #opened: Promise<Known> | undefined;

  constructor(config: FileConfig, context: Context) {
    this.#config = config;
    this.#context = context;
    this.#name = label(config.path);
  }

  async check(): Promise<readonly Finding[]> {
    try {
      // Of a service it is nobody's: `open` refuses it.
      if (this.#config.path === standard && !this.#context.net.personal) await this.#context.files.open(standard);
      // Standard input cannot be looked at without taking it, an address or a bucket not without fetching it.
      if (!this.#comesOnce())
        for (const found of await findFiles(this.#config, this.#context)) await makePlain(found, this.#config, this.#context);
      return [];
    } catch (error) {
      const { code, message, hint } = asHeadgateError(error, `checking ${this.#name}`);
      return [{ level: 'error', code, message, hint }];
    }
  }

  async discover(
    wanted?: readonly StreamRef[],
    { guesses = false }: { readonly guesses?: boolean } = {},
  ): Promise<readonly StreamInfo[]> {
    if (wanted?.some((ref) => ref.query !== undefined)) {
      throw new HeadgateError('stream.query', `reading ${this.#name}: a file takes no query`, {
        hint: 'use --select and --where',
      });
    }
    const info = this.#info(await this.#open(guesses));
    return wanted === undefined ? [info] : matchStreams(wanted, [info], '');
  }

  async inferTypes(stream: StreamInfo, { guesses = false, lengths = false }: Inference = {}): Promise<StreamInfo> {
    const { found, content } = await this.#open(guesses);
    if (!this.#config.infer || this.#config.format !== 'csv') return stream;
    if (content.rows !== undefined && (!lengths || content.longest)) return this.#info({ found, content });
    const guess = guesses ? await guessCsv(content, this.#context) : undefined;
    if (guess) return this.#info({ found, content: this.#declared(guess) });
    const typed = { found, content: this.#declared(await inferCsv(content, this.#context, { lengths })) };
    known.set(this.#config, typed);
    this.#opened = Promise.resolve(typed);
    return this.#info(typed);
  }

  /** All of what `discover` and `inferTypes` say, where that can be told by one look; else one after the other. */
  async infer(options: Inference = {}): Promise<StreamInfo> {
    const [file, ...more] = this.#opened || this.#comesOnce() ? [] : await findFiles(this.#config, this.#context);
    if (file && more.length === 0) {
      const facts = await inspect(file.path, file.name);
      const content = await provenContent({ ...file, ...facts }, this.#config, this.#context, options);
      if (content) {
        const { size, modified } = facts;
        const proven = { found: [{ ...file, size, modified }], content: this.#declared(content) };
        known.set(this.#config, proven);
        this.#opened = Promise.resolve(proven);
        return this.#info(proven);
      }
    }
    return await this.inferTypes(this.#info(await this.#open(false)), options);
  }

  /** Is it taken or fetched by whoever looks? */
  #comesOnce(): boolean {
    const { path, bucket } = this.#config;
    return path === standard || bucket !== undefined || isUrl(path);
  }

  #declared(content: FileContent): FileContent {
    return { ...content, schema: declaredTypes(this.#config, content.schema) };
  }

  #info({ found, content }: Known): StreamInfo {
    const shows = [
      ...new Set(content.files.flatMap(({ schema, shows: at = [] }) => at.map((one) => schema.fields[one]?.name ?? ''))),
    ];
    return {
      stream: this.#stream(),
      kind: 'file',
      schema: content.schema,
      cursors: [],
      estimatedBytes: sizeOf(content),
      revision: found.map(({ size, modified }) => `${size}@${modified}`).join(' '),
      wire: content.wire,
      notes: content.notes,
      ...(content.guessed && { guessed: true }),
      ...(content.judged !== undefined && { judged: content.judged }),
      ...(content.rows !== undefined && { estimatedRows: content.rows }),
      ...(content.longest && { longest: content.longest }),
      ...(shows.length > 0 && { shows }),
    };
  }

  async *read({ flows }: ReadRequest): AsyncGenerator<SourceEvent> {
    // As the plan was made: who did not want guesses has settled it.
    const { content } = await this.#open(true);
    const [flow] = flows;
    if (!flow) throw new HeadgateError('stream.missing', `reading ${this.#name}: no stream was asked for`);
    // The types of the caller win (it may have fixed them by the table); names and order are the file's.
    const types = new Map(flow.schema.fields.map((field) => [field.name, field]));
    for (const { path, size, modified, schema, csv, lines, sheets, shows } of content.files) {
      this.#goOn();
      await checkUnchanged({ path, size, modified });
      const fields = schema.fields.map((field) => types.get(field.name) ?? field);
      const twofold = this.#config.shown === 'beside' ? shows : undefined;
      const more = { ...(csv && { csv }), ...(lines && { lines }), ...(sheets && { sheets }), ...(twofold && { twofold }) };
      const file: FileRef = { path, size, modified, schema: { fields }, ...more };
      yield { type: 'file', stream: flow.stream, file };
    }
    this.#goOn();
    for (const file of content.files) await checkUnchanged(file);
    const size = sizeOf(content);
    const [first] = content.files;
    const files = content.files.length === 1 ? '' : ` of ${content.files.length} files`;
    yield {
      type: 'checkpoint',
      position: { kind: 'file', size, modified: first?.modified ?? '' },
      proof: {
        evidence: `${grouped(size)} bytes to the end${files === '' ? ' of the file' : files}`,
        guarantee: files === '' ? 'one file, unchanged while it was read' : 'files, unchanged while they were read',
        warnings: content.notes,
      },
    };
  }

  explain(): readonly string[] {
    return [`read ${this.#name} as ${this.#config.format}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** The file is read by whoever takes it over; between two events is where this side can be stopped. */
  #goOn(): void {
    if (this.#context.signal.aborted) throw new HeadgateError('run.cancelled', `reading ${this.#name}: stopped on request`);
  }

  #stream(): StreamRef {
    return { name: streamName(this.#config.path) };
  }

  async #open(guesses: boolean): Promise<Known> {
    this.#opened ??= this.#look(guesses);
    const opened = await this.#opened;
    if (guesses || !opened.content.guessed) return opened;
    this.#opened = this.#look(false);
    return await this.#opened;
  }

  /** Which columns of a file are wanted as they are shown. Their names are found without that. */
  async #seen(): Promise<(name: string) => Seen | undefined> {
    const { shown } = this.#config;
    const original = heldConfig(this.#config);
    if (shown === undefined || shown === 'beside' || !original) return () => (shown === 'beside' ? shown : undefined);
    const { content } = await new FileSource(original, this.#context).#open(true);
    const columns = content.files.map(({ name, schema, shows = [] }) => {
      return [name, shows.filter((at) => shown.includes(schema.fields[at]?.name ?? ''))] as const;
    });
    const byName = new Map(columns);
    return (name) => byName.get(name);
  }

  async #look(guesses: boolean): Promise<Known> {
    const before = known.get(this.#config);
    if (before && (guesses || !before.content.guessed) && (await isAsBefore(before))) return before;
    const files: Plain[] = [];
    const found: Known['found'][number][] = [];
    const seen = await this.#seen();
    for (const file of await findFiles(this.#config, this.#context)) {
      const { size, modified } = await inspect(file.path, file.name);
      found.push({ ...file, size, modified });
      files.push(await makePlain(file, this.#config, this.#context, seen(file.name)));
    }
    const now = { found, content: await contentOf(this.#config, files, this.#context, guesses) };
    known.set(this.#config, now);
    return now;
  }
}

const sizeOf = ({ files }: FileContent): number => files.reduce((sum, { size }) => sum + size, 0);

/** Neither the files nor what was made of them in scratch have changed or gone. */
async function isAsBefore({ found, content }: Known): Promise<boolean> {
  try {
    for (const file of [...found, ...content.files]) await checkUnchanged(file);
    return true;
  } catch {
    return false;
  }
}
