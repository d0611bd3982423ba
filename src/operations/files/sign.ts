import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findContent } from '../../store/objects.ts';
import { longestLink, signLink } from '../links.ts';
import { defineOperation, requireScope } from '../operation.ts';
import { requireState } from './file.ts';

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
    /** Relative to this server's address, or the storage's own. */
    url: z.string(),
    expires_at: z.iso.datetime(),
  }),
  async run(context, { file, method, part, expires_in }) {
    const { db, workspace, clock, key, storage, actor } = context;
    const { id } = await requireState(context, file, method === 'GET' ? 'ready' : 'pending');
    if (method === 'GET' && part !== undefined) throw new HeadgateError('request.invalid', 'part: only where it is sent');
    if (method === 'GET') requireScope(actor, 'files:read');
    const expires = Math.floor(clock.now().getTime() / 1000) + expires_in;
    const expires_at = new Date(expires * 1000).toISOString();
    const object = method === 'GET' ? await findContent(db, workspace, id) : undefined;
    const direct = object === undefined ? undefined : storage.link?.(object, expires_in);
    const path = `/v1/links/${workspace}/files/${id}/${part === undefined ? 'content' : `parts/${part}`}`;
    return { method, url: direct ?? signLink(key, { method, path, by: actor.id, expires }), expires_at };
  },
});
