/** The key under which everything secret of this installation stands: from the environment, else a file of the data directory. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';

export interface Sealed {
  readonly keyId: string;
  readonly wrappedKey: Buffer;
  readonly sealed: Buffer;
}

const cipher = 'aes-256-gcm';

export class MasterKey {
  /** Names the key without telling it. */
  readonly id: string;
  readonly #wrapping: Buffer;
  readonly #hashing: Buffer;

  constructor(secret: Buffer) {
    this.id = createHash('sha256').update('id').update(secret).digest('hex').slice(0, 12);
    this.#wrapping = Buffer.from(hkdfSync('sha256', secret, '', 'headgate wrap', 32));
    this.#hashing = Buffer.from(hkdfSync('sha256', secret, '', 'headgate hash', 32));
  }

  /** What is stored of an API key's secret. */
  hash(text: string): Buffer {
    return createHmac('sha256', this.#hashing).update(text).digest();
  }

  /** Under a data key of its own; `place` (tenant and object) is bound to it, so a copy in another row does not open. */
  seal(text: string, place: string): Sealed {
    const dataKey = randomBytes(32);
    return {
      keyId: this.id,
      wrappedKey: encrypt(this.#wrapping, dataKey, place),
      sealed: encrypt(dataKey, Buffer.from(text), place),
    };
  }

  /** Throws `secret.sealed` where the key or the place is another. */
  open({ keyId, wrappedKey, sealed }: Sealed, place: string): string {
    if (keyId !== this.id)
      throw new HeadgateError('secret.sealed', `opening a secret: it was sealed with the master key ${keyId}`);
    try {
      return decrypt(decrypt(this.#wrapping, wrappedKey, place), sealed, place).toString('utf8');
    } catch (cause) {
      throw new HeadgateError('secret.sealed', 'opening a secret: it does not belong to this object', { cause });
    }
  }
}

function encrypt(key: Buffer, plain: Buffer, place: string): Buffer {
  const nonce = randomBytes(12);
  const box = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(place));
  return Buffer.concat([nonce, box.update(plain), box.final(), box.getAuthTag()]);
}

function decrypt(key: Buffer, box: Buffer, place: string): Buffer {
  const open = createDecipheriv(cipher, key, box.subarray(0, 12)).setAAD(Buffer.from(place)).setAuthTag(box.subarray(-16));
  return Buffer.concat([open.update(box.subarray(12, -16)), open.final()]);
}

/** 32 bytes or more, as text. Throws `config.invalid`. */
export async function loadMasterKey(dataDir: string, given: string | undefined): Promise<MasterKey> {
  if (given !== undefined) return new MasterKey(requireLong(given, 'HEADGATE_MASTER_KEY'));
  const path = join(dataDir, 'master.key');
  try {
    // Only the first start makes one; a second would make every secret unreadable.
    await writeFile(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw asHeadgateError(error, `writing ${path}`);
  }
  return new MasterKey(requireLong((await readFile(path, 'utf8')).trim(), path));
}

function requireLong(text: string, name: string): Buffer {
  if (text.length >= 32) return Buffer.from(text);
  throw new HeadgateError('config.invalid', `reading ${name}: a key has at least 32 characters`);
}
