/** The tar format (ustar with pax paths), as far as archives of ours need it: any tar program lists and unpacks them. Pure. */
import { HeadgateError } from '../domain/error.ts';

export const blockSize = 512;

/** What lies before an entry's bytes. `size` in bytes, of any length. */
export function headerOf(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) <= 100) return block(name, size, '0');
  const text = paxLine('path', name);
  const pax = block('pax', text.length, 'x');
  return Buffer.concat([pax, text, padding(text.length), block(name.slice(-40).replace(/[^\x20-\x7e]/g, '_'), size, '0')]);
}

/** What lies behind them. */
export const padding = (size: number): Buffer => Buffer.alloc((blockSize - (size % blockSize)) % blockSize);

/** What ends an archive. */
export const end = (): Buffer => Buffer.alloc(2 * blockSize);

function block(name: string, size: number, type: string): Buffer {
  const header = Buffer.alloc(blockSize);
  header.write(name, 0, 100, 'utf8');
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  // Eleven octal digits hold 8 GiB; behind that the first bit says that the number is binary.
  if (size < 8 ** 11) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else {
    header.writeUInt8(0x80, 124);
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** Its length counts itself. */
function paxLine(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length += 1;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

export interface Header {
  readonly name: string;
  readonly size: number;
  /** `file`; `path`: its bytes are the name of the next one; `end`. */
  readonly kind: 'file' | 'path' | 'end';
}

/** Throws `backup.damaged`. */
export function readHeader(header: Buffer): Header {
  if (header.every((byte) => byte === 0)) return { name: '', size: 0, kind: 'end' };
  const sum = Number.parseInt(header.toString('latin1', 148, 154), 8);
  const real = header.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
  const type = header.toString('latin1', 156, 157);
  if (sum !== real || !['0', 'x'].includes(type)) {
    throw new HeadgateError('backup.damaged', 'reading a backup: this is no archive of ours, or it is damaged');
  }
  const binary = header.readUInt8(124) === 0x80;
  const size = binary ? Number(header.readBigUInt64BE(128)) : Number.parseInt(header.toString('latin1', 124, 135), 8);
  const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
  return { name, size, kind: type === 'x' ? 'path' : 'file' };
}

export function pathOf(pax: Buffer): string {
  const text = pax.toString('utf8');
  return /^\d+ path=(.*)\n$/s.exec(text)?.[1] ?? '';
}
