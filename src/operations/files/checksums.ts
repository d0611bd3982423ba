/** What a sender says about its bytes, beside what arrived. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { checksumNames, type ChecksumName, type Checksums } from './sums.ts';

const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${bytes * 2}}$`), `${bytes * 2} hexadecimal digits`)
    .meta({ example: '0'.repeat(bytes * 2) })
    .transform((text) => text.toLowerCase());

export const checksums = {
  sha256: hex(32).optional(),
  md5: hex(16).optional(),
  crc32: hex(4).optional(),
};

export const namesIn = (...some: readonly Checksums[]): readonly ChecksumName[] =>
  checksumNames.filter((name) => some.some((one) => typeof one[name] === 'string'));

/** Throws `upload.checksum`. */
export function requireEqual(arrived: Checksums, ...expected: readonly Checksums[]): void {
  const wrong = checksumNames.find((name) =>
    expected.some((one) => typeof one[name] === 'string' && one[name] !== arrived[name]),
  );
  if (wrong) throw new HeadgateError('upload.checksum', `the bytes that arrived do not have the ${wrong} that was announced`);
}
