/** Warehouse Sync as its clients know it: connections, data models, pipelines, runs. */
import { HeadgateError } from '../../../domain/error.ts';
import type { Actor } from '../../../operations/operation.ts';
import { authorization } from '../../credentials.ts';
import type { ApiDialect, Incoming } from '../../dialect.ts';
import { connectionRoutes } from './connections.ts';
import { errorBody, toError } from './errors.ts';
import { feedRoutes } from './feeds.ts';
import { modelRoutes } from './models.ts';
import { pipelineRoutes } from './pipelines.ts';
import { planRoutes } from './plans.ts';
import { runRoutes } from './runs.ts';
import { token } from './token.ts';
import { transformationRoutes } from './transformations.ts';

export const mparticle: ApiDialect = {
  name: 'mparticle',
  title: 'Warehouse Sync',
  document: { path: '/platform/v2/openapi.json', form: 'openapi-3.1', auth: 'none' },
  prefixes: ['/platform/v2', '/oauth', '/v1/workspace', '/v1/partnerfeeds'],
  bodyLimit: 1024 * 1024,
  credentials: (headers) => (/^bearer\s/i.test(headers.get('authorization') ?? '') ? authorization(headers) : undefined),
  workspace,
  routes: [
    token,
    ...connectionRoutes,
    ...modelRoutes,
    ...transformationRoutes,
    ...pipelineRoutes,
    ...runRoutes,
    ...feedRoutes,
    ...planRoutes,
  ],
  problems: errorBody,
  toError,
};

/** Feeds that are asked for by their number alone are those of the key's own workspace, or of the first. */
function workspace({ workspace: text }: Incoming['params'], actor: Actor): number {
  if (text === undefined) return actor.workspace ?? 1;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new HeadgateError('object.missing', `Workspace ${text.slice(0, 100)} was not found.`);
}
