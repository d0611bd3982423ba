/** The places where clients put a key: all of them lead to the same one. */
import { parseToken, type KeyParts } from '../operations/keys/key.ts';

/** Bearer takes the token; Basic takes id and secret, or the token as the user's name with an empty password. */
export function authorization(headers: Headers): KeyParts | undefined {
  const [scheme = '', value = ''] = (headers.get('authorization') ?? '').split(/\s+/, 2);
  if (/^bearer$/i.test(scheme)) return parseToken(value);
  if (!/^basic$/i.test(scheme)) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const at = text.indexOf(':');
  const [user, password] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  return password === '' ? parseToken(user) : { id: user, secret: password };
}
