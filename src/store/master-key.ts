/** The key under which everything secret of this installation stands: from the environment, else a file of the data directory. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { constants, copyFile, link, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../domain/errno.ts';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';

export interface Sealed {
  readonly keyId: string;
  readonly wrappedKey: Buffer;
  readonly sealed: Buffer;
}

const cipher = 'aes-256-gcm';
const hashingPlace = 'headgate hashing key';

export class MasterKey {
  /** Names the key without telling it. */
  readonly id: string;
  readonly #secret: Buffer;
  readonly #wrapping: Buffer;
  readonly #hashing: Buffer;
  readonly #linking: Buffer;

  /** `hashing`: absent = it follows from the secret. */
  constructor(secret: Buffer, hashing?: Buffer) {
    this.#secret = secret;
    this.id = createHash('sha256').update('id').update(secret).digest('hex').slice(0, 12);
    this.#wrapping = Buffer.from(hkdfSync('sha256', secret, '', 'headgate wrap', 32));
    this.#linking = Buffer.from(hkdfSync('sha256', secret, '', 'headgate link', 32));
    this.#hashing = hashing ?? Buffer.from(hkdfSync('sha256', secret, '', 'headgate hash', 32));
  }

  /** What is stored of an API key's secret. */
  hash(text: string): Buffer {
    return createHmac('sha256', this.#hashing).update(text).digest();
  }

  /** Proof that a link was made here. */
  sign(text: string): Buffer {
    return createHmac('sha256', this.#linking).update(text).digest();
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
  open(sealed: Sealed, place: string): string {
    return this.#unwrapped(sealed, place, (dataKey) => decrypt(dataKey, sealed.sealed, place).toString('utf8'));
  }

  /** The same sealed text for another master key. Throws `secret.sealed`. */
  rewrap(sealed: Sealed, place: string, to: MasterKey): Sealed {
    const wrappedKey = this.#unwrapped(sealed, place, (dataKey) => encrypt(to.#wrapping, dataKey, place));
    return { ...sealed, keyId: to.id, wrappedKey };
  }

  sealHashing(to: MasterKey): Sealed {
    return to.seal(this.#hashing.toString('hex'), hashingPlace);
  }

  /** Throws `secret.sealed`. */
  withHashing(sealed: Sealed): MasterKey {
    return new MasterKey(this.#secret, Buffer.from(this.open(sealed, hashingPlace), 'hex'));
  }

  #unwrapped<T>({ keyId, wrappedKey }: Sealed, place: string, use: (dataKey: Buffer) => T): T {
    if (keyId !== this.id)
      throw new HeadgateError('secret.sealed', `opening a secret: it was sealed with the master key ${keyId}`);
    try {
      return use(decrypt(this.#wrapping, wrappedKey, place));
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
  const path = join(dataDir, fileName);
  try {
    // Only the first start makes one; a second would make every secret unreadable.
    if (!existsSync(path)) await createKeyFile(path, randomBytes(32).toString('hex'));
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw asHeadgateError(error, `writing ${path}`);
  }
  return new MasterKey(requireLong((await readFile(path, 'utf8')).trim(), path));
}

/** The text that the key is made of, as it is or as it lies on disk; undefined = there is none. */
export async function masterKeyText(dataDir: string, given: string | undefined): Promise<string | undefined> {
  return given ?? (await readFile(join(dataDir, fileName), 'utf8').catch(() => undefined))?.trim();
}

/** For a data directory that has none: what it holds is readable again. */
export async function placeMasterKey(dataDir: string, text: string): Promise<void> {
  await createKeyFile(join(dataDir, fileName), text);
}

/** It is there as a whole or not at all: who else starts, also after a power cut, finds no beginning of a key. Throws where there is one. */
async function createKeyFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    // Unlike a renaming, this refuses to take the place of a file. So does a copy, where a file system has no links (SMB, FAT).
    await link(draft, path).catch(async (error: unknown) => {
      if (isErrno(error, 'EEXIST')) throw error;
      await copyFile(draft, path, constants.COPYFILE_EXCL);
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** A new key beside the one in use, on disk before anything is wrapped with it. */
export async function offerMasterKey(dataDir: string): Promise<MasterKey> {
  const path = join(dataDir, newName);
  await using handle = await open(path, 'w', 0o600);
  await handle.writeFile(randomBytes(32).toString('hex'));
  await handle.sync();
  return new MasterKey(requireLong((await readFile(path, 'utf8')).trim(), path));
}

/** Ends a rotation, also one that was killed: the offered key takes its place where the state was rotated to it, else it goes. */
export async function settleMasterKey(dataDir: string, rotatedTo: string | undefined): Promise<void> {
  const path = join(dataDir, newName);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const taken = new MasterKey(Buffer.from(text.trim())).id === rotatedTo;
  if (taken) await rename(path, join(dataDir, fileName));
  else await rm(path, { force: true });
}

const fileName = 'master.key';
const newName = 'master.key.new';

function requireLong(text: string, name: string): Buffer {
  if (text.length >= 32) return Buffer.from(text);
  throw new HeadgateError('config.invalid', `reading ${name}: a key has at least 32 characters`);
}
