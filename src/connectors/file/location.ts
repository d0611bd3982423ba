/** What people type for a file, as settings: `data.csv`, `file:data.txt?format=csv`, `out/{stream}.parquet`, `-`. */
import { basename, extname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';

export type FileFormat = 'csv' | 'ndjson' | 'parquet';

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

export const fileConfig = z.object({
  path: z.string().min(1).meta({ title: 'Path', example: 'examples/contacts.csv', description: '`-` is stdin or stdout' }),
  format: z.enum(['csv', 'ndjson', 'parquet']).meta({ title: 'Format', description: 'Absent: by extension' }),
  delimiter: z.string().length(1).optional().meta({ advanced: true, description: 'Absent: settled from the file' }),
  quote: z.string().length(1).default('"').meta({ advanced: true }),
  escape: z.string().length(1).optional().meta({ advanced: true, description: 'Absent: the quote doubled' }),
  header: flag.optional().meta({ advanced: true, description: 'Is the first line names? Absent: settled from the file' }),
  infer: flag.default(true).meta({ advanced: true, description: 'Find types by reading the whole file; false: csv is text' }),
});

export type FileConfig = z.output<typeof fileConfig>;

const byExtension: Readonly<Record<string, FileFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.parquet': 'parquet',
};

export const standard = '-';

/** Settings of a location; the schema checks them. Throws `usage.arguments` where the format cannot be told. */
export function parseLocation(location: string): unknown {
  const [place = '', query = ''] = splitQuery(location);
  const settings = Object.fromEntries(new URLSearchParams(query));
  const path = absolute(place);
  const format = settings['format'] ?? formatOf(path);
  if (format === undefined) {
    throw new HeadgateError('usage.arguments', `choosing the format of ${place}`, {
      hint: 'its extension is none of .csv, .tsv, .ndjson, .jsonl, .parquet: name the format with --format',
    });
  }
  return { ...settings, path, format: format === 'jsonl' ? 'ndjson' : format };
}

/** The format that a path's extension means. */
export function formatOf(path: string): FileFormat | undefined {
  const extension = extname(path).toLowerCase();
  return Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
}

/** A question mark starts settings only where one of ours follows: file names may hold question marks. */
function splitQuery(location: string): readonly string[] {
  const at = location.search(/\?(?:format|delimiter|quote|escape|header|infer)=/);
  return at < 0 ? [location] : [location.slice(0, at), location.slice(at + 1)];
}

function absolute(place: string): string {
  if (place === standard || place === `file:${standard}`) return standard;
  const path = place.startsWith('file://') ? fileURLToPath(place) : place.replace(/^file:/, '');
  const folder = path.endsWith('/') ? '/' : '';
  return isAbsolute(path) ? path : `${resolve(path)}${folder}`;
}

/** The stream that a file holds: its name without the extension. */
export function streamName(path: string): string {
  if (path === standard) return 'stdin';
  const name = basename(path);
  return name.slice(0, name.length - extname(name).length) || name;
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
