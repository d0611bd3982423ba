/** Checksums of bytes as they pass. Nothing heavy is imported: it runs in a thread of its own. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const checksumNames = ['sha256', 'md5', 'crc32'] as const;
export type ChecksumName = (typeof checksumNames)[number];
export type Checksums = { readonly [name in ChecksumName]?: string | null | undefined };

interface Hash {
  update(data: Uint8Array): unknown;
  /** Hexadecimal. */
  digest(): string;
}

/** Counts only what somebody asked for. */
export class Sums {
  readonly #hashes: Partial<Record<ChecksumName, Hash>> = {};

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

function hashOf(name: 'sha256' | 'md5'): Hash {
  const hash = createHash(name);
  return { update: (data) => hash.update(data), digest: () => hash.digest('hex') };
}

class Crc implements Hash {
  #value = 0;

  update(data: Uint8Array): void {
    this.#value = crc32(data, this.#value);
  }

  digest(): string {
    return this.#value.toString(16).padStart(8, '0');
  }
}
