import type { Json } from '../domain/json.ts';
import type { CursorPolicy, Projection, ReadMode } from '../domain/policy.ts';
import type { Schema, StreamInfo, StreamRef } from '../domain/schema.ts';

/**
 * A named byte format. `csv` is the dialect of docs/wire.md (UTF-8, comma, `"` doubled, `\n`, no header, NULL = nothing,
 * empty string = `""`); `pgcopy-binary` is PostgreSQL's COPY BINARY document. Others are whole files by their usual name.
 */
export type FormatName = 'pgcopy-binary' | 'csv' | 'ndjson' | 'parquet' | (string & {});

/** How a CSV file differs from the `csv` dialect. Absent fields are the dialect's own. */
export interface CsvDialect {
  readonly delimiter: string;
  /** What `delimiter` stands for in the file as it came; absent = itself. */
  readonly stands?: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  /** The file holds zero bytes, which most systems cannot store: values with one are refused. */
  readonly zeros?: boolean;
  /** A person's word, which nobody has held against the file yet: `csvBytes` does as it goes, others ask `checkCsv` first. */
  readonly asGiven?: boolean;
  /** What the beginning of the file shows; what its reader cannot make of a record says that the rest is not like that. */
  readonly guessed?: boolean;
}

/** A whole document that already lies on local disk. `size` and `modified` (ns since 1970, as text) prove it unchanged. */
export interface FileRef {
  readonly path: string;
  readonly size: number;
  readonly modified: string;
  readonly csv?: CsvDialect;
  /** Columns in file order; names and types as discovery gave them. */
  readonly schema: Schema;
  /** How people count its records; absent = they cannot. */
  readonly lines?: CountedLines;
  /** All sheets of the workbook that it was one of. */
  readonly sheets?: readonly string[];
  /** Columns in which cells stand with both of their texts (two-texts.ts). */
  readonly twofold?: readonly number[];
}

/** By the lines of a person's own file, the first `before` of which are not in this one, or by the rows of a sheet. */
export interface CountedLines {
  readonly of: 'file' | 'sheet';
  readonly before: number;
}

/** One thing that is wrong or noteworthy about a connection. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** One stream of a read: what to deliver, in which order. */
export interface FlowRead {
  readonly stream: StreamRef;
  /** The stream as discovered, before the projection. */
  readonly schema: Schema;
  readonly projection: Projection;
}

export interface ReadRequest {
  /** The streams that share one position. All sources take one; a change stream takes many. */
  readonly flows: readonly FlowRead[];
  readonly mode: ReadMode;
  /** One that `produces` named for every flow. */
  readonly format: FormatName;
  /** `incremental` only. */
  readonly cursor?: CursorPolicy;
  /** The position to continue from; absent = from the beginning. */
  readonly from?: Json;
  /** `Snapshot.id` of the moment to read at; absent = a moment of its own. */
  readonly snapshot?: Json;
  /** One of the answers of `partition`; absent = the whole stream. */
  readonly partition?: Json;
  /** Only rows with one of these keys (values in wire text): re-checks of `verify`, samples of `plan`. */
  readonly keys?: { readonly fields: readonly string[]; readonly values: readonly (readonly string[])[] };
}

/** What a finished read proves. */
export interface ReadProof {
  /** Rows delivered per stream name, as the server counted them; absent where only the destination can count. */
  readonly rows?: Readonly<Record<string, number>>;
  /** Why this was all there is: `COPY 12 of one snapshot`, `4,212 bytes to the end of the file`. */
  readonly evidence: string;
  /** What the next read of this stream may rely on: `commit-safe: …`, `lookback 10 minutes`, `one snapshot`. */
  readonly guarantee: string;
  readonly warnings: readonly string[];
}

/**
 * Between two checkpoints the `bytes` of one stream form one whole document of their format. `data` is the source's again once the
 * next event is asked for: whoever keeps bytes copies them.
 * A checkpoint never splits a record; all before it, on every stream of the reader, is complete and resumable from
 * `position`. A read that found nothing new answers the position it was given, byte for byte. `proof` is on the last checkpoint of a finite read only; a read that ends without one was cut off.
 *
 * In a `changes` read the records are csv led by `_op` (i, u, d, t = truncate), `_seq` (integer that grows within the
 * reader), `_unchanged` (JSON array of the fields that the source did not send, or nothing).
 */
export type SourceEvent =
  | { readonly type: 'bytes'; readonly stream: StreamRef; readonly data: Uint8Array; readonly rows?: number }
  | { readonly type: 'file'; readonly stream: StreamRef; readonly file: FileRef }
  | { readonly type: 'checkpoint'; readonly position: Json; readonly proof?: ReadProof };

export interface Source extends AsyncDisposable {
  /** Every problem at once; empty = fine. Never throws for what it can report. */
  check(): Promise<readonly Finding[]>;
  /** All streams, or those that match `names` (exact names, or with `*`), or the one query. Throws `stream.missing`. */
  /** `guesses` = what the beginning of a file shows is enough, as a `guessed` stream. */
  discover(wanted?: readonly StreamRef[], options?: { readonly guesses?: boolean }): Promise<readonly StreamInfo[]>;
  /** Lazily reads; returning early (break, abort of the context's signal) cancels at the source within 2 s. */
  read(request: ReadRequest): AsyncIterable<SourceEvent>;
  /** The statements that `read` would run, for `headgate plan`. */
  explain(request: ReadRequest): readonly string[];
}

/** One moment of the source that several reads share. Disposing it ends the moment. */
export interface Snapshot extends AsyncDisposable {
  readonly id: Json;
}

/** Facet: several connections, also those of other processes, can read the same moment. */
export interface Snapshots {
  openSnapshot(): Promise<Snapshot>;
}

/** Facet: a stream can be cut into disjoint parts that together are the whole, under one snapshot. */
export interface Partitionable {
  /** At most `target` partitions; fewer where the stream is small. */
  partition(flow: FlowRead, snapshot: Json, target: number): Promise<readonly Json[]>;
}

/** Facet: the source holds history until we say that a position is durable. Called after the publish, never before. */
export interface Acknowledges {
  acknowledge(position: Json): Promise<void>;
}

/**
 * Facet: a stream's types can only be found by reading all of it (text files). `discover` answers text for every field;
 * the engine asks for more only where no table fixes the types.
 */
export interface InfersTypes {
  inferTypes(stream: StreamInfo, options?: Inference): Promise<StreamInfo>;
  /** What `discover` and `inferTypes` say of its one stream, for who wants no less: that may cost one look instead of several. */
  infer(options?: Inference): Promise<StreamInfo>;
}

export interface Inference {
  /** The types of a sample are enough, as `guessed` fields; the answer is the same where they hold for all values. */
  readonly guesses?: boolean;
  /** How long texts are is asked as well: `StreamInfo.longest`. */
  readonly lengths?: boolean;
}

export const hasSnapshots = (source: Source): source is Source & Snapshots => 'openSnapshot' in source;
export const isPartitionable = (source: Source): source is Source & Partitionable => 'partition' in source;
export const infersTypes = (source: Source): source is Source & InfersTypes => 'inferTypes' in source;
export const acknowledges = (source: Source): source is Source & Acknowledges => 'acknowledge' in source;

/** Formats whose bytes are read by type: wrong values load without an error unless both sides' types are equal. */
export const typedFormats: ReadonlySet<FormatName> = new Set(['pgcopy-binary']);
