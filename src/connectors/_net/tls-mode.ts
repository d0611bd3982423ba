/** TLS as people ask for it in a location, in the words that clients of databases share. */
import { z } from 'zod';
import { readPem, type TlsSettings } from './tls.ts';

const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/**
 * Settings of a connection.
 *
 * - `prefer`: encrypted where the server offers it, and never a proof of who the server is.
 * - `require`: encrypted or nothing; the certificate is checked only where `ca` is given, as `verify-ca` does.
 * - `verify-ca`, `verify-full`: the certificate is checked against `ca`, else against the authorities that Node trusts
 *   (`NODE_EXTRA_CA_CERTS` adds some), `verify-full` also its host name.
 */
export const tlsFields = {
  sslmode: z.enum(sslModes).default('prefer').meta({ advanced: true }),
  /** PEM text, as `cert` and `key`. */
  ca: z.string().optional().meta({ title: 'Certificate authority', advanced: true }),
  cert: z.string().optional().meta({ title: 'Client certificate', advanced: true }),
  key: z.string().optional().meta({ title: 'Client key', secret: true, advanced: true }),
};

const fields = z.object(tlsFields);
type TlsFields = z.infer<typeof fields>;

/** The options of a location that `readTls` understands. */
export const tlsOptions = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const;

/**
 * `tlsFields` from what a person typed, unchecked. The files that it names are read here. Throws `file.missing`,
 * `access.denied`, `file.format`.
 */
export function readTls(given: (option: (typeof tlsOptions)[number]) => string | undefined): z.input<typeof fields> {
  const [ca, cert, key] = (['sslrootcert', 'sslcert', 'sslkey'] as const).map((name) => readPem(name, given(name)));
  // Who names an authority wants the server checked, and `prefer` would not.
  const sslmode = given('sslmode') ?? (ca === undefined ? undefined : 'verify-full');
  return { sslmode: sslmode as TlsFields['sslmode'] | undefined, ca, cert, key }; // the schema refuses other texts
}

/** What TLS must prove; undefined = the connection stays as it is. */
export function tlsSettings({ sslmode, ca, cert, key }: TlsFields): TlsSettings | undefined {
  if (sslmode === 'disable') return undefined;
  const checked = sslmode === 'verify-ca' || (sslmode === 'require' && ca !== undefined);
  return { verify: sslmode === 'verify-full' ? 'name' : checked ? 'authority' : 'none', ca, cert, key };
}
