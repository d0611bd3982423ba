/** Imports of files into clean rows, as clients of a headless importer know them. */
import { headerKey } from '../../credentials.ts';
import type { ApiDialect } from '../../dialect.ts';
import { errorBody, toError } from './errors.ts';
import { sendImportFile } from './import-file.ts';
import { importRoutes } from './imports.ts';
import { schemaRoutes } from './schemas.ts';
import { sessionRoutes, sessionsPath } from './sessions.ts';
import { tellExpired } from './told.ts';
import { uploadRoutes } from './uploads.ts';
import { basicBody, basicForm, managedBody, managedForm, waits } from './webhook-bodies.ts';
import { webhookRoutes } from './webhooks.ts';

export const dromo: ApiDialect = {
  name: 'dromo',
  title: 'Headless imports',
  document: { path: '/api/v1/openapi.json', form: 'openapi-3.1', auth: 'none' },
  prefixes: ['/api/v1', sessionsPath],
  // The data of an import, its fields and what JSON needs around them.
  bodyLimit: 24 * 1024 * 1024,
  credentials: (headers) => headerKey(headers, 'x-dromo-license-key'),
  workspace: (_params, actor) => actor.workspace ?? 1,
  routes: [...importRoutes, sendImportFile, ...schemaRoutes, ...uploadRoutes, ...webhookRoutes, ...sessionRoutes],
  forms: (contextOf) => ({
    [managedForm]: { waits, post: async ({ workspace, event }) => await managedBody(contextOf(workspace), event) },
    [basicForm]: { waits, post: async ({ workspace, event }) => await basicBody(contextOf(workspace), event) },
  }),
  expired: tellExpired,
  problems: errorBody,
  toError,
};
