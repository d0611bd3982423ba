import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';

/** What must hold of the server, and who we are. PEM text. */
export interface TlsSettings {
  /** `none`: encrypted to whoever answers; `authority`: with a trusted certificate; `name`: with one for this host. */
  readonly verify: 'none' | 'authority' | 'name';
  /** Absent = the authorities that Node trusts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Encrypts a connected socket. `host` is the server's own name, whatever way leads to it. Throws `usage.arguments` for
 * settings that cannot be used, else the error of the handshake.
 */
export async function startTls(socket: Socket, host: string, settings: TlsSettings, signal: AbortSignal): Promise<TLSSocket> {
  const { verify } = settings;
  const secure = connect({
    socket,
    host,
    secureContext: secureContext(settings),
    // An address is no server name (RFC 6066); the certificate is held against `host` then.
    ...(isIP(host) === 0 && { servername: host }),
    rejectUnauthorized: verify !== 'none',
    ...(verify !== 'name' && { checkServerIdentity: () => undefined }),
  });
  secure.on('error', () => undefined);
  try {
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (error) {
    secure.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

function secureContext({ ca, cert, key }: TlsSettings): SecureContext {
  try {
    return createSecureContext({ ca, cert, key });
  } catch (error) {
    throw new HeadgateError('usage.arguments', 'the certificate or the key for TLS cannot be used', {
      hint: 'check that they are PEM files, that certificate and key belong together, and that the key has no passphrase',
      cause: error,
    });
  }
}

/** The text of a PEM file that a person named; undefined = none was. Throws `file.missing`, `access.denied`, `file.format`. */
export function readPem(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const doing = `reading the file of ${option}`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR') {
      throw new HeadgateError('file.missing', `${doing}: it is a directory`, { cause: error });
    }
    throw asHeadgateError(error, doing);
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new HeadgateError('file.format', `${doing}: it holds no PEM text`, {
    hint: 'a PEM file has a line that starts with -----BEGIN',
  });
}
