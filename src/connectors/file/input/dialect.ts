/** What is decided about a csv file: from its first records what can be told there, from a survey of all of it what cannot. */
import type { FileConfig } from '../location.ts';
import type { Marks, Survey } from './survey.ts';

type Wishes = Partial<Pick<FileConfig, 'delimiter' | 'quote' | 'escape' | 'header'>>;

/** The usual ones; the others are looked for only where none of these cuts the first record. */
const usual = [',', ';', '\t', '|'] as const;
const unusual = ['\x01', '\x1e', '\x1f', '^', '~'] as const;
const sampleRecords = 500;

/**
 * The dialects that the file may be written in with these quotes: one per delimiter that occurs in its first record, because no
 * other one can give it columns. The quote is fixed, so a first quote in row 30,001 changes nothing.
 */
export function candidates(head: string, wishes: Wishes, quote = wishes.quote ?? '"'): readonly Marks[] {
  const marks = (delimiter: string): Marks => ({ delimiter, quote, escape: wishes.escape ?? quote });
  if (wishes.delimiter !== undefined) return [marks(wishes.delimiter)];
  const cuts = (delimiter: string): boolean => (records(withoutMark(head), false, marks(delimiter), 1)[0]?.length ?? 0) > 1;
  const found = [usual, unusual].map((list) => list.filter(cuts)).find((list) => list.length > 0) ?? [','];
  return found.map(marks);
}

/** The share of records that agree on the number of fields comes first, then how many fields there are. */
export function score({ records: all, agreeing, width }: Pick<Survey, 'records' | 'agreeing' | 'width'>): number {
  return width < 2 ? 0 : Math.round((agreeing / all) * 20) * 10_000 + width;
}

/** The other quotes that files have. */
export const apostrophe = "'";

type Counted = Pick<Survey, 'records' | 'agreeing' | 'opened' | 'malformed' | 'open'>;

/**
 * Are apostrophes the quotes of a file? `plain` = what it is without them, `quoted` = with them. Only where no value begins with the
 * usual quote and each apostrophe that opens a value closes it; and where they hold records together that would fall apart
 * without, or stand in most records. Else `'s-Gravenhage` is a name like others.
 */
export function apostrophesQuote(plain: Counted, quoted: Counted): boolean {
  if (plain.opened > 0 || quoted.opened === 0 || quoted.malformed > 0 || quoted.open) return false;
  const apart = ({ records: all, agreeing }: Counted): number => (all - agreeing) / all;
  const heals = apart(quoted) < apart(plain) && quoted.opened >= plain.records - plain.agreeing;
  const usual = apart(quoted) <= apart(plain) && 2 * quoted.opened >= Math.max(plain.records, quoted.records);
  return heals || usual;
}

export interface Columns {
  readonly header: boolean;
  /** One per column, unique without regard to case. */
  readonly names: readonly string[];
  /** What was done to the names: words for people. */
  readonly notes: readonly string[];
}

/** `complete`: the head is the whole file, so its last record counts. */
export function columnsOf(head: string, complete: boolean, marks: Marks, wishes: Wishes): Columns {
  const found = records(withoutMark(head), complete, marks, sampleRecords);
  const header = wishes.header ?? looksLikeHeader(found);
  const first = found[0] ?? [''];
  const names = uniqueNames(header ? first : first.map(() => ''));
  return { header, names, notes: header ? renamed(first, names) : ['it has no header, so its columns are numbered'] };
}

const withoutMark = (text: string): string => text.replace(/^\ufeff/, '');

function renamed(raw: readonly string[], names: readonly string[]): readonly string[] {
  return names.flatMap((name, at) => {
    const was = clean(raw[at] ?? '');
    if (was === name) return [];
    return [
      was === ''
        ? `column ${at + 1} has no name: it is ${name}`
        : `the name ${JSON.stringify(was)} is there before: it is ${name}`,
    ];
  });
}

/** The first records of a text, blank lines left out, the last one too where the text was cut. */
function records(
  text: string,
  complete: boolean,
  { delimiter, quote, escape }: Marks,
  most: number,
): readonly (readonly string[])[] {
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
  for (let at = 0; at < text.length && found.length < most; at++) {
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
  if (complete && found.length < most && (value !== '' || record.length > 0)) endRecord();
  if (found.length === 0 && (value !== '' || record.length > 0)) endRecord();
  return found;
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

const clean = (name: string): string => name.replaceAll('\0', '').trim();

/** Empty names become `column_3`, repeated ones `name_2`: the same file always gives the same names. */
export function uniqueNames(raw: readonly string[]): readonly string[] {
  const cleaned = raw.map(clean);
  const taken = new Set(cleaned.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  return cleaned.map((name, at) => {
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
