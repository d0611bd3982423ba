/** A forwarder as the API shows it. What signs and what its headers say goes in and never comes out. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { SigningSecrets } from '../../notify/signature.ts';
import { findForwarder, type ForwarderRow } from '../../store/forwarders.ts';
import type { OpContext } from '../operation.ts';
import { webhookUrl } from '../webhooks/webhook.ts';

/** What is sealed. */
export interface ForwarderSecrets extends SigningSecrets {
  readonly headers: Readonly<Record<string, string>>;
}

/** What a request needs to be one, and what proves that it is ours. */
const reserved = /^(?:host|content-.*|transfer-encoding|connection|te|trailer|upgrade|expect|webhook-.*)$/;

export const wishes = {
  name: z.string().min(1).max(200),
  url: webhookUrl,
  headers: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'a header in lower case')
        .refine((name) => !reserved.test(name), 'it is ours'),
      z
        .string()
        .max(8000)
        .regex(/^[\x20-\x7e]*$/, 'one line of ASCII'),
    )
    .meta({ description: 'On every request; sealed, and shown by name only', example: { authorization: 'Basic …' } }),
  batch: z.number().int().min(1).max(1000).meta({ description: 'Most batches of one request' }),
} as const;

export const forwarderView = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  headers: z.array(z.string()),
  batch: z.number().int(),
  state: z.enum(['active', 'paused']),
  version: z.number().int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

export function show({ created_at, updated_at, headers, ...row }: ForwarderRow): z.input<typeof forwarderView> {
  return { ...row, headers: [...headers], created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requireForwarder({ db, workspace }: OpContext, id: string): Promise<ForwarderRow> {
  const row = await findForwarder(db, workspace, id);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such forwarder');
}
