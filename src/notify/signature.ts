/** Standard Webhooks: what a receiver needs to know that a request is ours, and new. */
import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** The secrets of one webhook. After a rotation both sign until `until` (ISO time). */
export interface SigningSecrets {
  readonly current: string;
  readonly previous?: string;
  readonly until?: string;
}

export const newSecret = (): string => prefix + randomBytes(32).toString('base64');

/** A new secret beside the one in use, which goes on for `overlapSeconds`. */
export function rotated({ current }: SigningSecrets, now: Date, overlapSeconds: number): SigningSecrets {
  const until = new Date(now.getTime() + overlapSeconds * 1000).toISOString();
  return { current: newSecret(), ...(overlapSeconds > 0 && { previous: current, until }) };
}

/** Those that sign now, the newest first. */
export function signing({ current, previous, until }: SigningSecrets, now: Date): readonly string[] {
  return previous !== undefined && until !== undefined && now < new Date(until) ? [current, previous] : [current];
}

/** `id` stays the same over all attempts; `at` is the time of this one. */
export function signedHeaders(id: string, at: Date, body: string, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = (secret: string): string => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  };
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': secrets.map(signature).join(' ') };
}
