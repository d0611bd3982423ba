/** What the errors of a TLS handshake mean, by the code that Node or OpenSSL gives them. Pure. */
import type { ErrorCode } from '../../domain/codes.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint?: string;
}

/** The first one that matches counts. */
const meanings: readonly (readonly [RegExp, Meaning])[] = [
  [
    /^ERR_TLS_CERT_ALTNAME/,
    {
      code: 'connect.refused',
      says: "the server's certificate is for another host name",
      hint: 'connect by the name in the certificate; sslmode=verify-ca does not compare names',
    },
  ],
  [
    /^ERR_SSL_.*(?:ALERT|CERTIFICATE_REQUIRED)/,
    {
      code: 'connect.refused',
      says: 'the server refused our certificate or the way of encryption',
      hint: 'give a client certificate that it trusts with sslcert and sslkey',
    },
  ],
  [
    /CERT|ERR_TLS|SELF_SIGNED|UNABLE_TO/,
    {
      code: 'connect.refused',
      says: "the server's certificate is not trusted",
      hint: 'name the authority that signed it with sslrootcert',
    },
  ],
  [/^(?:ERR_SSL|EPROTO)/, { code: 'connect.unreachable', says: 'the TLS handshake failed' }],
];

/** undefined = it is no error of TLS. */
export function tlsMeaning(code: string): Meaning | undefined {
  return meanings.find(([pattern]) => pattern.test(code))?.[1];
}
