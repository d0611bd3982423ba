/** Where people look through the rows of an import, by its link. */
import type { ApiDialect } from '../../dialect.ts';
import { pageRoutes } from './review-page.ts';
import { fileRoutes } from './review-file.ts';
import { toError } from './review-login.ts';
import { manyRoutes } from './review-many.ts';
import { rowRoutes } from './review-routes.ts';

export const dromoReview: ApiDialect = {
  name: 'review',
  title: 'Review of imports',
  document: { path: '/api/v1/headless/review/openapi.json', form: 'openapi-3.1', auth: 'none' },
  prefixes: ['/headless'],
  bodyLimit: 16 * 1024 * 1024,
  credentials: () => undefined,
  workspace: () => 0,
  routes: [...pageRoutes, ...rowRoutes, ...manyRoutes, ...fileRoutes],
  toError,
};
