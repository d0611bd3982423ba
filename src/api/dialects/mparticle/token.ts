/** Client credentials: the id and the secret of a key, for a token of eight hours. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Answer, Route } from '../../dialect.ts';
import { issueAccess } from '../../identify.ts';

const seconds = 28_800;
const audience = 'https://api.mparticle.com';

const asked = z.object({
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  audience: z
    .string()
    .min(1)
    .meta({ description: `Always ${audience}` }),
  grant_type: z.string().min(1).meta({ description: 'Always client_credentials' }),
});

const refused = (status: number, error: string, error_description: string): Answer => ({
  status,
  body: { error, error_description },
});

export const token: Route = {
  method: 'POST',
  path: '/oauth/token',
  name: 'token.create',
  summary: 'Exchange client credentials for an access token',
  auth: 'none',
  documented: {
    body: asked,
    replies: { 200: z.object({ access_token: z.string(), expires_in: z.number().int(), token_type: z.literal('Bearer') }) },
  },
  async handle(ports, request) {
    const sent = await request.fields().catch((error: unknown) => {
      if (error instanceof HeadgateError && error.code.startsWith('request.')) return undefined;
      throw error;
    });
    const { data } = asked.safeParse(sent);
    if (!data) return refused(400, 'invalid_request', 'client_id, client_secret, audience and grant_type are required');
    if (data.grant_type !== 'client_credentials') return refused(400, 'unsupported_grant_type', 'use client_credentials');
    if (data.audience !== audience) return refused(403, 'access_denied', 'there is no such audience');
    try {
      const access_token = await issueAccess(ports, { id: data.client_id, secret: data.client_secret }, seconds);
      return { status: 200, body: { access_token, expires_in: seconds, token_type: 'Bearer' } };
    } catch (error) {
      if (!(error instanceof HeadgateError) || error.code !== 'access.key') throw error;
      return refused(401, 'access_denied', 'Unauthorized');
    }
  },
};
