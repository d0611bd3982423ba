/** Feeds: names for where rows come from, as far as pipelines need them. */
import { z } from 'zod';
import type { RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { label } from './fields.ts';
import { insertStored, listStored, missing, requireStored, updateStored, type Stored } from './objects.ts';

const feedBody = z.object({
  module_name: label,
  name: label,
  os: z.string().max(100).nullish(),
  settings: z.array(z.json()).max(1000).default([]),
  is_debug: z.boolean().default(false),
});

type FeedBody = z.output<typeof feedBody>;

const feedView = z.object({
  id: z.number().int(),
  module_name: z.string(),
  name: z.string(),
  os: z.string().nullable(),
  settings: z.array(z.json()),
  is_debug: z.boolean(),
});

const wrapped = z.object({ data: z.array(feedView), dataType: z.literal('partnerFeed'), errors: z.null() });

const show = ({ id, body }: Stored<FeedBody>): z.input<typeof feedView> => ({ ...body, id: Number(id), os: body.os ?? null });

const wrap = (...feeds: readonly Stored<FeedBody>[]): z.input<typeof wrapped> => ({
  data: feeds.map(show),
  dataType: 'partnerFeed',
  errors: null,
});

/** Throws `object.missing`. */
export async function requireFeed(context: RouteContext, id: number): Promise<void> {
  await requireStored(context, 'feed', String(id));
}

const path = '/v1/workspace/:workspace/partnerfeeds';
/** Feeds are the account's; which one, we do not ask. */
const query = z.object({ accountId: z.string().max(100).optional() });
const resolve = async (context: RouteContext, { feed = '' }: Readonly<Record<string, string>>): Promise<Stored<FeedBody>> => {
  if (!/^[1-9]\d{0,14}$/.test(feed)) throw missing('feed', feed);
  return await requireStored<FeedBody>(context, 'feed', feed);
};

const list = defineRoute({
  method: 'GET',
  path,
  name: 'feeds.list',
  summary: 'List feeds',
  auth: 'key',
  scope: 'pipelines:read',
  query,
  replies: { 200: wrapped },
  handle: async (context) => ({
    status: 200,
    body: wrap(...(await listStored<FeedBody>(context, 'feed'))),
  }),
});

const create = defineRoute({
  method: 'POST',
  path,
  name: 'feeds.create',
  summary: 'Create a feed',
  auth: 'key',
  scope: 'pipelines:write',
  query,
  body: feedBody,
  replies: { 200: wrapped },
  async handle(context, { body }) {
    const made = await context.tx(
      async (tx) => await insertStored<FeedBody>(tx, 'feed', String(await tx.objects.number('feed')), body),
    );
    return {
      status: 200,
      body: wrap(made),
    };
  },
});

const get = defineRoute({
  method: 'GET',
  path: '/v1/partnerfeeds/:feed',
  name: 'feeds.get',
  summary: 'Get a feed',
  auth: 'key',
  scope: 'pipelines:read',
  resolve,
  query,
  replies: { 200: wrapped },
  handle: async (_, { found }) => ({
    status: 200,
    body: wrap(found),
  }),
});

const put = defineRoute({
  method: 'PUT',
  path: `${path}/:feed`,
  name: 'feeds.replace',
  summary: 'Replace a feed',
  auth: 'key',
  scope: 'pipelines:write',
  resolve,
  query,
  body: feedBody,
  replies: { 200: wrapped },
  handle: async (context, { found, body }) => ({
    status: 200,
    body: wrap(await updateStored<FeedBody>(context, 'feed', found, body)),
  }),
});

export const feedRoutes = [list, create, get, put];
