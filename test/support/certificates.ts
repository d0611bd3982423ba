import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from './installed.ts';
import { giveTo, type Account } from './private-server.ts';

export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test's own, in its own folder. */
export class Authority {
  readonly #folder: string;
  readonly #name: string;
  readonly cert: string;
  readonly #key: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    const own = this.#make(name, `/CN=${name}`, ['-x509', '-days', '2']);
    this.cert = own.cert;
    this.#key = own.key;
  }

  /** A certificate signed by this authority; `names` as in `DNS:localhost,IP:127.0.0.1`. */
  issue(commonName: string, names?: string): Certificate {
    const signed = ['-x509', '-days', '2', '-CA', this.cert, '-CAkey', this.#key];
    const extra = names === undefined ? [] : ['-addext', `subjectAltName=${names}`];
    return this.#make(`${this.#name}-${commonName}`, `/CN=${commonName}`, [
      ...signed,
      '-addext',
      'basicConstraints=critical,CA:FALSE',
      ...extra,
    ]);
  }

  /** The certificate of a server at `localhost` that runs as this account, which must reach the folder. */
  async issueServer(account: Account): Promise<Certificate> {
    const own = this.issue('server', 'DNS:localhost');
    chmodSync(this.#folder, 0o755);
    await giveTo(account, own.key);
    return own;
  }

  #make(name: string, subject: string, options: readonly string[]): Certificate {
    const [cert, key] = [join(this.#folder, `${name}.pem`), join(this.#folder, `${name}.key`)];
    const config = join(this.#folder, 'openssl.cnf');
    writeFileSync(config, '[req]\ndistinguished_name=dn\n[dn]\n');
    const openssl = installed(['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'], 'openssl');
    const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert];
    execFileSync(openssl, ['req', '-config', config, ...fresh, '-subj', subject, ...options], { stdio: 'pipe' });
    return { cert, key };
  }
}
