import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findContent } from '../../store/objects.ts';
import { signedLink, type Link } from '../links.ts';
import { defineOperation, requireScope, type OpContext } from '../operation.ts';
import { requireState } from './file.ts';

/** Seconds: for people, and for clients of vocabularies that promise as much. */
const longestLink = 900;
const longestLoan = 36 * 3600;

type Asked = { readonly file: string; readonly method: 'GET' | 'PUT' | 'POST'; readonly part?: number; readonly seconds: number };

const untilIn = ({ clock }: Pick<OpContext, 'clock'>, seconds: number): Date =>
  new Date((Math.floor(clock.now().getTime() / 1000) + seconds) * 1000);

async function linkTo(context: OpContext, { file, method, part, seconds }: Asked): Promise<Signed> {
  const { db, workspace, storage, actor } = context;
  const { id } = await requireState(context, file, method === 'GET' ? 'ready' : 'pending');
  if (method !== 'PUT' && part !== undefined) throw new HeadgateError('request.invalid', 'part: only where it is sent');
  if (method === 'GET') requireScope(actor, 'files:read');
  const until = untilIn(context, seconds);
  const object = method === 'GET' ? await findContent(db, workspace, id) : undefined;
  const direct = object === undefined ? undefined : await storage.link?.(object, seconds);
  const place = method === 'POST' ? 'form' : part === undefined ? 'content' : `parts/${part}`;
  return { method, url: direct ?? addressOf(context, { id, method, place, until }), expires_at: until.toISOString() };
}

interface Addressed extends Pick<Link, 'method' | 'until'> {
  readonly id: string;
  /** Below the file. */
  readonly place: string;
}

function addressOf({ key, workspace, actor, publicUrl = '' }: OpContext, { id, method, place, until }: Addressed): string {
  return publicUrl + signedLink({ key }, { method, path: `/v1/links/files/${id}/${place}`, workspace, by: actor.id, until });
}

const signed = z.object({
  method: z.enum(['GET', 'PUT', 'POST']),
  /** Relative to this server's address where it does not know it; or the storage's own. */
  url: z.string(),
  expires_at: z.iso.datetime(),
});

type Signed = z.input<typeof signed>;

const input = {
  file: z.string(),
  method: z.enum(['GET', 'PUT', 'POST']).default('GET').meta({ description: 'POST: as the last field of a form, called `file`' }),
};
const part = z.number().int().min(1).max(10_000);
const loan = z.number().int().min(1).max(longestLoan);

export const signFile = defineOperation({
  name: 'files.sign',
  summary: 'Make a link with which somebody without a key downloads the file, sends all of it, or one part of it',
  scope: 'files:write',
  input: z.strictObject({
    ...input,
    part: part.optional().meta({ description: 'With PUT: the number of the part' }),
    expires_in: z.number().int().min(1).max(longestLink).default(longestLink).meta({ description: 'Seconds' }),
  }),
  output: signed,
  run: async (context, { expires_in: seconds, part, ...asked }) =>
    await linkTo(context, { ...asked, seconds, ...(part !== undefined && { part }) }),
});

export const lendFile = defineOperation({
  name: 'files.lend',
  summary: 'Make a link that holds for up to 36 hours, for clients that were promised as much',
  scope: 'files:write',
  input: z.strictObject({ ...input, expires_in: loan }),
  output: signed,
  run: async (context, { expires_in: seconds, ...asked }) => await linkTo(context, { ...asked, seconds }),
});

export const lendParts = defineOperation({
  name: 'files.lend_parts',
  summary: 'Make such a link for each part of a file, from the first on: one look at the file is enough for all of them',
  scope: 'files:write',
  input: z.strictObject({ file: input.file, parts: part, expires_in: loan }),
  output: z.object({ urls: z.array(z.string()) }),
  async run(context, { file, parts, expires_in: seconds }) {
    const { id } = await requireState(context, file, 'pending');
    const until = untilIn(context, seconds);
    const places = Array.from({ length: parts }, (_, at) => `parts/${at + 1}`);
    return { urls: places.map((place) => addressOf(context, { id, method: 'PUT', place, until })) };
  },
});
