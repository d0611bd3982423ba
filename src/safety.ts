/** Combinations of settings with which a server must not start. Pure. */
import { kindOf, loopback, normalHost, parseNetworks } from './net/addresses.ts';

export interface Exposure {
  readonly role: 'all' | 'api' | 'worker';
  readonly host: string;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  /** TLS ends in front of us. */
  readonly insecureHttp: boolean;
  readonly masterKey?: string | undefined;
  readonly adminKey?: string | undefined;
  readonly testClock?: Date | undefined;
}

/** Only this machine can reach it. */
export function isLoopback(host: string): boolean {
  const normal = normalHost(host) ?? host;
  if (normal === 'localhost') return true;
  return /^[0-9.]+$|:/.test(normal) && kindOf(normal) === 'private' && (parseNetworks(loopback)?.has(normal) ?? false);
}

/** Words of examples: whoever copies one from a page has the key of everybody else who did. */
const sample = /change.?me|example|sample|placeholder|your.?(?:secret|key)|password|0123456789|abcdefgh/i;

/** A random key of 32 characters has more than this, in whatever alphabet. */
const fewest = 10;

/** What is wrong, each with the setting's name in front; no value. */
export function unsafeSettings(settings: Exposure): readonly string[] {
  const { role, host, tlsCert, tlsKey, insecureHttp, masterKey, adminKey, testClock } = settings;
  const open = role !== 'worker' && !isLoopback(host);
  const problems: string[] = [];
  const keys = { HEADGATE_MASTER_KEY: masterKey, HEADGATE_ADMIN_KEY: adminKey?.replace(/^hg_[^_]*_/, '') };
  for (const [name, key] of Object.entries(keys)) {
    if (key === undefined) continue;
    if (sample.test(key)) problems.push(`${name}: it is a sample, which others know`);
    else if (open && new Set(key).size < fewest)
      problems.push(`${name}: it is not random enough for a server that others can reach`);
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) problems.push('HEADGATE_TLS_CERT: certificate and key come together');
  if (open && tlsCert === undefined && !insecureHttp) {
    problems.push(
      'HEADGATE_HOST: others can reach this address, and keys would go over plain text: give HEADGATE_TLS_CERT and HEADGATE_TLS_KEY, ' +
        'or say --insecure-http where TLS ends in front of it',
    );
  }
  if (testClock !== undefined && (open || role !== 'all')) {
    problems.push('--test-clock: only on a loopback address, and where one process does everything (--role all)');
  }
  return problems;
}
