/** OAuth 2.0 client credentials (RFC 6749, section 4.4): the id and the secret of a key, for a token that ends by itself. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import { authorization } from '../../credentials.ts';
import type { Route } from '../../dialect.ts';
import { issueAccess } from '../../identify.ts';

const seconds = 3600;

const wanted = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().optional().meta({ description: 'The id of the key; also as the user of HTTP Basic' }),
  client_secret: z.string().optional().meta({ description: 'Its secret; also as the password of HTTP Basic' }),
});

export const exchange: Route = {
  method: 'POST',
  path: '/v1/oauth/token',
  name: 'keys.exchange',
  summary: 'Exchange the id and the secret of a key for an access token; JSON or a form',
  auth: 'none',
  documented: {
    body: wanted,
    replies: { 200: z.object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.number().int() }) },
  },
  async handle(ports, request) {
    const parsed = wanted.safeParse(await request.fields());
    if (!parsed.success) throw new InvalidInput('keys.exchange', parsed.error.issues);
    const { client_id: id, client_secret: secret } = parsed.data;
    const credentials = id === undefined || secret === undefined ? authorization(request.headers) : { id, secret };
    // An access token is no secret: it cannot make itself live longer.
    if (!credentials || !('secret' in credentials)) throw new HeadgateError('access.key', 'no key was sent');
    const token = await issueAccess(ports, credentials, seconds);
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: seconds } };
  },
};
