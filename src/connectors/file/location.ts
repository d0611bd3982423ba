/** What people type for a file, as settings: `data.csv.gz`, `file:data.txt?format=csv`, `logs/*.csv`, `https://…#sheet=2`, `-`. */
import { createHash } from 'node:crypto';
import { basename, extname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { delimiter } from '../../domain/delimiter.ts';
import { HeadgateError } from '../../domain/error.ts';
import { packed, streamOfFile } from '../../domain/file-name.ts';
import { own } from '../../domain/own.ts';
import type { ShownFields } from '../../sdk/index.ts';

/** The formats in which a file is read and handed on; other forms become one of them first. */
export type FileFormat = 'csv' | 'ndjson' | 'parquet';

/** Those that are found from a file's bytes; any other of the Encoding Standard can be named. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number] | (string & {});

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const character = z.string().regex(/^[\x01-\x09\x0b\x0c\x0e-\x7f]$/, 'one ASCII character that ends no line');
const named: Readonly<Record<string, string>> = { tab: '\t', space: ' ', pipe: '|', comma: ',', semicolon: ';' };
const spelled = (value: unknown): unknown => (typeof value === 'string' ? (own(named, value.toLowerCase()) ?? value) : value);

/** As the Encoding Standard calls it: `latin1` is windows-1252 there, `sjis` is shift_jis. */
function standardName(label: unknown): unknown {
  try {
    return typeof label === 'string' ? new TextDecoder(label).encoding : label;
  } catch {
    return undefined;
  }
}

/** Names and types of columns, by their places in the file. */
const declared = z.object({ name: z.string().min(1).max(500).optional(), type: z.string().max(100).optional() });

export const fileConfig = z.object({
  path: z.string().min(1).meta({
    title: 'Path',
    example: 'examples/contacts.csv',
    description: 'A path, a pattern with `*`, or an http(s) address; `-` is stdin or stdout',
  }),
  format: z.enum(['csv', 'ndjson', 'parquet']).meta({ title: 'Format', description: 'Absent: by extension' }),
  /** What the location calls its format, where that can only be read; no setting. */
  form: z.string().exactOptional(),
  delimiter: z
    .preprocess(spelled, delimiter)
    .optional()
    .meta({ advanced: true, description: 'Absent: settled from the whole file; `tab` is the tab' }),
  quote: z
    .union([character, z.literal('')])
    .optional()
    .meta({ advanced: true, description: 'Absent: `"`, or `\'` as the whole file shows; nothing: no value is quoted' }),
  escape: character
    .optional()
    .meta({ advanced: true, description: 'Absent: the quote doubled, or a backslash, as the file shows' }),
  header: flag.optional().meta({ advanced: true, description: 'Is the first line names? Absent: settled from the file' }),
  infer: flag.default(true).meta({ advanced: true, description: 'Find types by reading the whole file; false: csv is text' }),
  encoding: z
    .preprocess((value) => standardName(value) ?? '', z.string().min(1, 'the name of an encoding, such as utf-8 or shift_jis'))
    .optional()
    .meta({ advanced: true, description: 'Absent: found from the whole file' }),
  member: z.string().min(1).optional().meta({ advanced: true, description: 'The file inside a zip archive that has several' }),
  sheet: z
    .string()
    .min(1)
    .optional()
    .meta({ advanced: true, description: "Name or number of a spreadsheet's sheet; absent: its first" }),
  xml: z
    .strictObject({
      lists: z.array(z.string()).optional().meta({ description: 'Elements that are records, or lists in one' }),
      names: z.record(z.string(), z.string()).optional().meta({ description: 'Element or path to the name of its column' }),
      guess: z.boolean().optional().meta({ description: 'Elements that repeat are records; the default' }),
      single: z.boolean().optional().meta({ description: "A root's only element is a record; the default" }),
    })
    .optional()
    .meta({ advanced: true, description: 'How XML becomes records' }),
  more: z
    .array(z.string().min(1))
    .max(10_000)
    .optional()
    .meta({ advanced: true, description: 'Paths of further files with the same columns' }),
  columns: z
    .array(declared.extend({ name: z.string().min(1).max(500) }))
    .min(1)
    .max(10_000)
    .optional()
    .meta({ advanced: true, description: 'What the columns are called, in their order, and their types' }),
  overrides: z
    .record(z.string().regex(/^\d{1,5}$/), declared)
    .optional()
    .meta({ advanced: true, description: 'Another name or type for single columns, by their place from 0 on' }),
  naming: z
    .enum(['kept', 'plain'])
    .default('kept')
    .meta({ advanced: true, description: '`plain`: the names of the first line become letters, digits and `_`' }),
  bucket: z
    .object({
      name: z.string().min(1).max(300),
      region: z.string().min(1).max(100).default('us-east-1'),
      endpoint: z.url({ protocol: /^https?$/ }).optional(),
      access_key: z.string().min(1).max(1000),
      secret_key: z.string().min(1).max(10_000).meta({ secret: true }),
    })
    .optional()
    .meta({
      advanced: true,
      description:
        'Paths are objects of this bucket of an S3-compatible service (`endpoint`; absent: that of AWS), or folders in it',
    }),
  limit: z.coerce.number().int().positive().optional().meta({
    advanced: true,
    description: 'Most bytes that a packed or fetched file may become; absent: 64 GiB, and 200 times its size',
  }),
});

/** `shown` is no setting: whoever reads asks for it. */
export type FileConfig = z.output<typeof fileConfig> & { readonly shown?: ShownFields };

/** What a file is read as, by the end of its name. */
export const extensions: Readonly<Record<string, FileFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.tab': 'csv',
  '.xlsx': 'csv',
  '.xls': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'ndjson',
  '.xml': 'ndjson',
  '.parquet': 'parquet',
};

/** Names that people use for a format. */
const aliases: Readonly<Record<string, FileFormat>> = {
  tsv: 'csv',
  xlsx: 'csv',
  xls: 'csv',
  json: 'ndjson',
  jsonl: 'ndjson',
  xml: 'ndjson',
};

const onlyRead = ['tsv', 'tab', 'xlsx', 'xls', 'json', 'xml'];

export const standard = '-';

export const isUrl = (path: string): boolean => /^https?:\/\//i.test(path);

/** Settings of a location; the schema checks them. Throws `usage.arguments` where the format cannot be told. */
export function parseLocation(location: string): unknown {
  const [place = '', query = ''] = splitSettings(location.replace(/^file:(?=https?:\/\/)/i, ''));
  const settings = Object.fromEntries(new URLSearchParams(query));
  const path = absolute(place);
  const name = isUrl(path) ? addressPath(path) : path;
  const asked = settings['format'];
  const format = asked === undefined ? formatOf(name) : (own(aliases, asked) ?? asked);
  if (format === undefined) {
    throw new HeadgateError('usage.arguments', `choosing the format of ${label(path)}`, {
      hint: `its extension is none of ${Object.keys(extensions).join(', ')}: name the format with --format`,
    });
  }
  const form = asked ?? extensionOf(name).slice(1);
  const tabs = form === 'tsv' || form === 'tab';
  return { ...(tabs && { delimiter: '\t' }), ...settings, path, format, ...(onlyRead.includes(form) && { form }) };
}

/** The format that a path's extension means, with or without that of a packed file behind it. */
export function formatOf(path: string): FileFormat | undefined {
  const extension = extensionOf(path);
  return own(extensions, extension);
}

const extensionOf = (path: string): string => extname(path.replace(packed, '')).toLowerCase();

/** Throws `usage.arguments` for what is only read: packed files, spreadsheets, patterns, addresses, buckets. */
export function requireWritable({ path, form, bucket }: Pick<FileConfig, 'path' | 'form' | 'bucket'>): void {
  const plain = bucket === undefined && !isUrl(path) && !path.includes('*') && !packed.test(path) && form === undefined;
  if (plain) return;
  throw new HeadgateError('usage.arguments', `writing ${label(path)}: such files are only read`, {
    hint: 'write a .csv, .ndjson or .parquet file',
  });
}

/** Of everything that the settings mean, as `label`; of objects of a bucket without its keys. */
export const placeOf = ({ path, bucket }: Pick<FileConfig, 'path' | 'bucket'>): string =>
  bucket ? `s3:${bucket.endpoint ?? bucket.region}/${bucket.name}/${path.replace(/^\/+/, '')}` : `file:${label(path)}`;

/** What stands for a path in messages and identities: of an address without its user and query, which may be secret. */
export function label(path: string): string {
  if (!isUrl(path)) return path;
  const { origin, pathname, search } = new URL(path);
  return `${origin}${pathname}${search === '' ? '' : `?${createHash('sha256').update(search).digest('hex').slice(0, 8)}`}`;
}

function addressPath(address: string): string {
  if (!URL.canParse(address)) throw new HeadgateError('usage.arguments', 'reading the address of a file: it is no valid address');
  return new URL(address).pathname.replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}

const names = 'format|delimiter|quote|escape|header|infer|encoding|member|sheet|limit';
const inName = new RegExp(`\\?(?:${names})=`);

/**
 * A question mark starts settings only where one of ours follows: file names may hold question marks. The query of an
 * address belongs to its server, so there they stand behind `#`.
 */
function splitSettings(location: string): readonly string[] {
  const at = isUrl(location) ? location.indexOf('#') : location.search(inName);
  return at < 0 ? [location] : [location.slice(0, at), location.slice(at + 1)];
}

function absolute(place: string): string {
  if (isUrl(place)) return place;
  if (place === standard || place === `file:${standard}`) return standard;
  const path = place.startsWith('file://') ? fileURLToPath(place) : place.replace(/^file:/, '');
  const folder = path.endsWith('/') ? '/' : '';
  return isAbsolute(path) ? path : `${resolve(path)}${folder}`;
}

/** The stream that a file holds: its name without the extension. */
export function streamName(path: string): string {
  if (path === standard) return 'stdin';
  return streamOfFile(basename(isUrl(path) ? addressPath(path) : path));
}

/** The file of one table: the path itself, or one file per table where it says `{stream}` or names a folder. */
export function tablePath(config: Pick<FileConfig, 'path' | 'format'>, table: string): string {
  if (!isPattern(config.path)) return config.path;
  if (table === '' || table.startsWith('.') || /[/\\\0]/.test(table)) {
    throw new HeadgateError('usage.collision', `naming a file after the table ${JSON.stringify(table)}`, {
      hint: 'give the stream a name that can be a file name with --into',
    });
  }
  const pattern = config.path.endsWith('/') ? `${config.path}{stream}.${config.format}` : config.path;
  return pattern.replaceAll('{stream}', () => table);
}

export const isPattern = (path: string): boolean => path.endsWith('/') || path.includes('{stream}');

/** Where the ledger of a location's files is: beside the one file, or in the folder that a pattern begins with; and how deep below it they lie. */
export function filesBelow(path: string): { readonly manifest: string; readonly depth: number } {
  if (!isPattern(path)) return { manifest: `${path}.headgate.json`, depth: 0 };
  const fixed = path.includes('{') ? path.slice(0, path.indexOf('{')) : path;
  const folder = fixed.slice(0, fixed.lastIndexOf('/') + 1);
  return { manifest: `${folder}headgate.json`, depth: path.slice(folder.length).split('/').length - 1 };
}
