/** The master key under a passphrase: whoever has the archive alone has no secrets. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { HeadgateError } from '../domain/error.ts';

const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const;
const form = 'scrypt-17-8-1/aes-256-gcm';

export function sealKey(text: string, passphrase: string): Buffer {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const box = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, cost), nonce);
  const sealed = Buffer.concat([box.update(text, 'utf8'), box.final(), box.getAuthTag()]);
  return Buffer.from(
    JSON.stringify({ form, salt: salt.toString('hex'), nonce: nonce.toString('hex'), sealed: sealed.toString('hex') }),
  );
}

/** Throws `secret.sealed` for another passphrase. */
export function openKey(box: Buffer, passphrase: string): string {
  try {
    // Written by `sealKey`, under the archive's own sums.
    const { salt, nonce, sealed } = JSON.parse(box.toString('utf8')) as Readonly<Record<'salt' | 'nonce' | 'sealed', string>>;
    const bytes = Buffer.from(sealed, 'hex');
    const key = scryptSync(passphrase, Buffer.from(salt, 'hex'), 32, cost);
    const open = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'hex')).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([open.update(bytes.subarray(0, -16)), open.final()]).toString('utf8');
  } catch (cause) {
    throw new HeadgateError('secret.sealed', 'opening the master key of a backup: the passphrase is another one', {
      hint: 'give the passphrase with which the backup was made: HEADGATE_BACKUP_PASSPHRASE',
      cause,
    });
  }
}
