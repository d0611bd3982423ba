/** What a sender says about its bytes, beside what arrived. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';

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

export const checksumNames = ['sha256', 'md5', 'crc32'] as const;
export type ChecksumName = (typeof checksumNames)[number];
export type Checksums = { readonly [name in ChecksumName]?: string | null | undefined };

/** Counts only what somebody asked for: SHA-256 always, the others where a sender knows them. */
export class Summing {
  readonly #hashes: Partial<Record<ChecksumName, { update(data: Uint8Array): unknown; digest(): string }>> = {};

  constructor(names: readonly ChecksumName[]) {
    for (const name of names) this.#hashes[name] = name === 'crc32' ? new Crc() : hashOf(name);
  }

  update(data: Uint8Array): void {
    for (const hash of Object.values(this.#hashes)) hash.update(data);
  }

  digests(): Checksums {
    return Object.fromEntries(Object.entries(this.#hashes).map(([name, hash]) => [name, hash.digest()]));
  }
}

function hashOf(name: 'sha256' | 'md5'): { update(data: Uint8Array): unknown; digest(): string } {
  const hash = createHash(name);
  return { update: (data) => hash.update(data), digest: () => hash.digest('hex') };
}

class Crc {
  #value = 0;

  update(data: Uint8Array): void {
    this.#value = crc32(data, this.#value);
  }

  digest(): string {
    return this.#value.toString(16).padStart(8, '0');
  }
}

export const namesIn = (...some: readonly Checksums[]): readonly ChecksumName[] =>
  checksumNames.filter((name) => some.some((one) => typeof one[name] === 'string'));

/** Throws `upload.checksum`. */
export function requireEqual(arrived: Checksums, ...expected: readonly Checksums[]): void {
  const wrong = checksumNames.find((name) =>
    expected.some((one) => typeof one[name] === 'string' && one[name] !== arrived[name]),
  );
  if (wrong) throw new HeadgateError('upload.checksum', `the bytes that arrived do not have the ${wrong} that was announced`);
}
