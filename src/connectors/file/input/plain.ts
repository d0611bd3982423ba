/** A file as it came, made plain: unpacked, its sheet or member taken out, its text in UTF-8, its records one per line. */
import { mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Context, CountedLines } from '../../../sdk/index.ts';
import type { FileConfig } from '../location.ts';
import { allUtf8, asUtf8, encodingOfHead, encodingOfText, notText, type Encoded } from './encoding.ts';
import { declaredEncoding, inspect, isXml, packingOf, requireParquet, requireText, type FileFacts } from './inspect.ts';
import { isSpread, jsonLines } from './json-records.ts';
import { isLong, saidMarks, shortened, spareByte } from './long-delimiter.ts';
import { bytesOf, glances, spool } from './spool.ts';
import { bounded, unpacked } from './unpack.ts';
import type { Marks } from './survey.ts';
import type { Seen } from './cell-writer.ts';
import type { Sheet } from './xlsx.ts';

/** A file that DuckDB and the loaders can open: the person's own, or one in scratch. */
export interface Plain extends FileFacts {
  readonly path: string;
  /** For messages: the person's own name for it. */
  readonly name: string;
  /** What was done to it, and why: words for people. */
  readonly notes: readonly string[];
  readonly lines?: CountedLines;
  /** How its values are cut and quoted now; absent = as the file itself shows, or as its location says. */
  readonly marks?: Marks;
  /** The delimiter that the one of `marks` stands for. */
  readonly stands?: string;
  /** All those of a workbook. */
  readonly sheets?: readonly string[];
  /** Its columns with a cell that may show something else than it holds. */
  readonly shows?: readonly number[];
}

/** A file on local disk and what to call it. */
export interface Found {
  readonly path: string;
  readonly name: string;
}

type Place = Pick<Context, 'scratch' | 'signal'>;

/** Throws `file.missing`, `access.denied`, `file.format`, `file.truncated`, `file.limit`, `disk.full`. */
export async function makePlain(found: Found, config: FileConfig, place: Place, seen?: Seen): Promise<Plain> {
  const { name } = found;
  const opened = await unpack(
    { ...found, ...(await inspect(found.path, name)), notes: [], lines: { of: 'file', before: 0 } },
    config,
    place,
    seen,
  );
  if (config.format === 'parquet') {
    await requireParquet(opened.path, name, opened);
    return withoutLines(opened);
  }
  // Other bytes than text are called what they are, not text in a wrong encoding.
  const isKnown = (config.encoding ?? encodingOfHead(opened.head)) !== undefined;
  if (!isKnown && !(config.format === 'ndjson' && isXml(opened.head))) requireText(config.format, name, opened.head);
  const text = await inUtf8(opened, config, place);
  if (config.format === 'ndjson' && isXml(text.head)) {
    const { xmlLines } = await import('./xml-records.ts');
    const bytes = (): AsyncIterable<Buffer> => bytesOf(text.path, place.signal);
    return withoutLines(await becomes(text, xmlLines(name, bytes, config.xml), place));
  }
  requireText(config.format, name, text.head);
  if (config.format === 'csv' && isLong(config.delimiter)) return await withShortDelimiter(text, config.delimiter, config, place);
  if (config.format !== 'ndjson' || !isSpread(text.head)) return text;
  return withoutLines(await becomes(text, jsonLines(name, bytesOf(text.path, place.signal)), place));
}

/** A sheet that we have written ourselves has no such delimiter. */
async function withShortDelimiter(text: Plain, delimiter: string, config: FileConfig, place: Place): Promise<Plain> {
  if (text.sheets) return { ...text, marks: saidMarks({}, ',') };
  const byte = await spareByte(text.name, glances(text.path, place.signal));
  const short = shortened(bytesOf(text.path, place.signal), saidMarks(config, delimiter), byte);
  return { ...(await becomes(text, short, place)), marks: saidMarks(config, String.fromCharCode(byte)), stands: delimiter };
}

function withoutLines(file: Plain): Plain {
  const { lines: _lines, ...rest } = file;
  return rest;
}

async function unpack(file: Plain, config: FileConfig, place: Place, seen: Seen | undefined): Promise<Plain> {
  const { name, path, size, head } = file;
  const packing = packingOf(head);
  if (packing === undefined || (packing === 'xls' && config.format !== 'csv')) return file;
  if (packing === 'xls') {
    const { xlsAsCsv } = await import('./xls.ts');
    return await ofSheet(file, await xlsAsCsv({ name, path, size }, config, place.signal, seen), place);
  }
  if (packing === 'zip') {
    const { openArchive, chooseMember } = await import('./zip.ts');
    await using archive = await openArchive(name, path);
    if (config.format === 'csv' && archive.members.some(({ fileName }) => fileName === 'xl/workbook.xml')) {
      const { sheetAsCsv } = await import('./xlsx.ts');
      return await ofSheet(file, await sheetAsCsv(name, archive, config, seen), place);
    }
    const member = chooseMember(name, archive.members, config.member);
    const bytes = bounded(name, archive.read(member), config, member.compressedSize);
    return await becomes(file, bytes, place, `its member ${JSON.stringify(member.fileName)} is read`);
  }
  return await becomes(file, bounded(name, unpacked(name, path, packing), config, size), place, `it is unpacked from ${packing}`);
}

async function ofSheet(file: Plain, { sheet, sheets, rows, shows }: Sheet, place: Place): Promise<Plain> {
  const plain = await becomes(file, rows, place, `its sheet ${JSON.stringify(sheet)} is read`);
  return { ...plain, lines: { of: 'sheet', before: 0 }, sheets, shows: shows() };
}

async function inUtf8(file: Plain, config: FileConfig, place: Place): Promise<Plain> {
  const { name, path, head } = file;
  const chunks = (): AsyncIterable<Buffer> => bytesOf(path, place.signal);
  const declared: Encoded | undefined =
    config.encoding === undefined ? undefined : { encoding: config.encoding, known: 'as you say' };
  const looks = (): AsyncIterable<Buffer> => glances(path, place.signal);
  const { encoding, known } = declared ?? encodingOfHead(head) ?? declaredEncoding(head) ?? (await encodingOfText(name, looks));
  if (encoding !== 'utf-8')
    return await becomes(file, asUtf8(name, chunks(), encoding), place, `it is read as ${encoding}: ${known}`);
  // A mark or a person's word says what the bytes should be, not that they are.
  if (known !== 'all of its bytes are' && !(await allUtf8(looks()))) throw notText(name, encoding);
  return file;
}

/** The file with other content, in scratch. What it was made from goes, where that was in scratch too. */
export async function becomes(
  file: Plain,
  bytes: AsyncIterable<Buffer>,
  { scratch, signal }: Place,
  note?: string,
): Promise<Plain> {
  const folder = await mkdtemp(join(scratch, 'input-'));
  const plainName = basename(file.name).replace(/\.(gz|zst|zip)$/i, '') || 'file';
  const path = await spool(bytes, join(folder, plainName), `reading ${file.name}`, { signal });
  if (dirname(dirname(file.path)) === scratch) await rm(file.path, { force: true });
  return { ...file, ...(await inspect(path, file.name)), path, notes: note === undefined ? file.notes : [...file.notes, note] };
}
