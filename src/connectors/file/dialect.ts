/**
 * Settles how a CSV file is written from its first records. The quote is fixed (`"` unless the person says otherwise), so
 * a first quote in row 30,001 changes nothing; the number of fields is checked on every row when the file is loaded.
 */
import type { CsvDialect } from '../../sdk/index.ts';
import type { FileConfig } from './location.ts';

export interface SettledCsv {
  readonly dialect: CsvDialect;
  /** One per column, unique without regard to case. */
  readonly names: readonly string[];
}

type Wishes = Partial<Pick<FileConfig, 'delimiter' | 'quote' | 'escape' | 'header'>>;

const delimiters = [',', ';', '\t', '|'] as const;
const sampleRecords = 500;

/** `complete`: the sample is the whole file, so its last record counts. */
export function settleCsv(sample: string, complete: boolean, wishes: Wishes): SettledCsv {
  const text = sample.replace(/^\ufeff/, '');
  const quote = wishes.quote ?? '"';
  const escape = wishes.escape ?? quote;
  const candidates = wishes.delimiter === undefined ? delimiters : [wishes.delimiter];
  const read = candidates.map((delimiter) => ({ delimiter, records: records(text, complete, { delimiter, quote, escape }) }));
  const best = read.reduce((a, b) => (score(b.records) > score(a.records) ? b : a));
  const header = wishes.header ?? looksLikeHeader(best.records);
  const first = best.records[0] ?? [''];
  const names = uniqueNames(header ? first : first.map(() => ''));
  return { dialect: { delimiter: best.delimiter, quote, escape, header }, names };
}

type Marks = Pick<CsvDialect, 'delimiter' | 'quote' | 'escape'>;

/** The first records of a text, blank lines left out, the last one too where the text was cut. */
function records(text: string, complete: boolean, { delimiter, quote, escape }: Marks): readonly (readonly string[])[] {
  const found: string[][] = [];
  let record: string[] = [];
  let value = '';
  let quoted = false;
  const endRecord = (): void => {
    record.push(value);
    if (record.length > 1 || value !== '') found.push(record);
    record = [];
    value = '';
  };
  for (let at = 0; at < text.length && found.length < sampleRecords; at++) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (quoted) {
      if (char === escape && (next === quote || (escape !== quote && next === escape))) value += text.charAt(++at);
      else if (char === quote) quoted = false;
      else value += char;
    } else if (char === quote && value === '') quoted = true;
    else if (char === delimiter) {
      record.push(value);
      value = '';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && next === '\n') at++;
      endRecord();
    } else value += char;
  }
  if (complete && found.length < sampleRecords && (value !== '' || record.length > 0)) endRecord();
  if (found.length === 0 && (value !== '' || record.length > 0)) endRecord();
  return found;
}

/** The share of records that agree on the number of fields comes first, then how many fields there are. */
function score(found: readonly (readonly string[])[]): number {
  const width = found[0]?.length ?? 0;
  if (width < 2) return 0;
  const agreeing = found.filter((record) => record.length === width).length / found.length;
  return Math.round(agreeing * 20) * 10_000 + width;
}

const typed =
  /^\s*(?:[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?|\d{4}-\d\d-\d\d.*|\d\d?[./]\d\d?[./]\d{2,4}.*|true|false)\s*$/i;

/** Text over typed columns is a header; a typed cell in the first line is none; otherwise files have headers. */
function looksLikeHeader([first = [], ...rest]: readonly (readonly string[])[]): boolean {
  const overTyped = first.some((name, at) => {
    const below = rest.map((record) => record[at] ?? '').filter((value) => value !== '');
    return name !== '' && !typed.test(name) && below.length > 0 && below.every((value) => typed.test(value));
  });
  return overTyped || !first.some((name) => typed.test(name));
}

/** Empty names become `column_3`, repeated ones `name_2`: the same file always gives the same names. */
export function uniqueNames(raw: readonly string[]): readonly string[] {
  const clean = raw.map((name) => name.replaceAll('\0', '').trim());
  const taken = new Set(clean.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  return clean.map((name, at) => {
    const wanted = name === '' ? `column_${at + 1}` : name;
    let unique = wanted;
    const free = (candidate: string): boolean => {
      const folded = candidate.toLowerCase();
      return !used.has(folded) && (candidate === name || !taken.has(folded));
    };
    for (let number = 2; !free(unique); number++) unique = `${wanted}_${number}`;
    used.add(unique.toLowerCase());
    return unique;
  });
}
