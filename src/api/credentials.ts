/** The places where clients put a key: all of them lead to the same one. */
import { parseToken, type KeyParts } from '../operations/keys/key.ts';
import { parseAccess, type AccessParts } from './access.ts';

/** A key by its secret, or by what it was exchanged for. */
export type Credentials = KeyParts | AccessParts;

/**
 * Bearer takes the token, or the one that it was exchanged for; Basic takes id and secret, the token as the password of anybody, or as the
 * user's name with an empty password. Some clients of Basic leave the encoding out: there is no colon in base64.
 */
export function authorization(headers: Headers): Credentials | undefined {
  const [scheme = '', value = ''] = (headers.get('authorization') ?? '').split(/\s+/, 2);
  if (/^bearer$/i.test(scheme)) return parseToken(value) ?? parseAccess(value);
  if (!/^basic$/i.test(scheme)) return undefined;
  const text = value.includes(':') ? value : Buffer.from(value, 'base64').toString('utf8');
  const at = text.indexOf(':');
  const [user, password] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  return password === '' ? parseToken(user) : (parseToken(password) ?? { id: user, secret: password });
}

/** The token alone, in a header of its own. */
export function headerKey(headers: Headers, name: string): Credentials | undefined {
  return parseToken(headers.get(name) ?? '');
}
