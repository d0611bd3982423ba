import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findContent } from '../../store/objects.ts';
import { signedLink } from '../links.ts';
import { defineOperation, requireScope } from '../operation.ts';
import { requireState } from './file.ts';

/** Seconds. */
const longestLink = 900;

export const signFile = defineOperation({
  name: 'files.sign',
  summary: 'Make a link with which somebody without a key downloads the file, sends all of it, or one part of it',
  scope: 'files:write',
  input: z.strictObject({
    file: z.string(),
    method: z.enum(['GET', 'PUT']).default('GET'),
    part: z.number().int().min(1).max(10_000).optional().meta({ description: 'With PUT: the number of the part' }),
    expires_in: z.number().int().min(1).max(longestLink).default(longestLink).meta({ description: 'Seconds' }),
  }),
  output: z.object({
    method: z.enum(['GET', 'PUT']),
    /** Relative to this server's address where it does not know it; or the storage's own. */
    url: z.string(),
    expires_at: z.iso.datetime(),
  }),
  async run(context, { file, method, part, expires_in }) {
    const { db, workspace, clock, key, storage, actor, publicUrl = '' } = context;
    const { id } = await requireState(context, file, method === 'GET' ? 'ready' : 'pending');
    if (method === 'GET' && part !== undefined) throw new HeadgateError('request.invalid', 'part: only where it is sent');
    if (method === 'GET') requireScope(actor, 'files:read');
    const until = new Date((Math.floor(clock.now().getTime() / 1000) + expires_in) * 1000);
    const object = method === 'GET' ? await findContent(db, workspace, id) : undefined;
    const direct = object === undefined ? undefined : await storage.link?.(object, expires_in);
    const path = `/v1/links/files/${id}/${part === undefined ? 'content' : `parts/${part}`}`;
    const url = direct ?? publicUrl + signedLink({ key }, { method, path, workspace, by: actor.id, until });
    return { method, url, expires_at: until.toISOString() };
  },
});
