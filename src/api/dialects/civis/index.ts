/** Imports as clients of `civis` know them: files, imports, jobs and what stands around them. */
import type { ApiDialect } from '../../dialect.ts';
import { authorization } from '../../credentials.ts';
import { belongingRoutes } from './belonging.ts';
import { credentialRoutes } from './credentials.ts';
import { csvRoutes } from './csv-imports.ts';
import { databaseRoutes } from './databases.ts';
import { errorBody, toError } from './errors.ts';
import { fileImportRoutes } from './file-imports.ts';
import { fileRoutes } from './files.ts';
import { importRoutes } from './imports.ts';
import { jobRoutes } from './job-routes.ts';
import { notebookRoutes } from './notebooks.ts';
import { jobForm } from './notify.ts';
import { form } from './wishes.ts';
import { preprocessRoutes } from './preprocess.ts';
import { projectRoutes } from './projects.ts';
import { projectShareRoutes } from './project-shares.ts';
import { queryRoutes } from './queries.ts';
import { remoteHostRoutes } from './remote-hosts.ts';
import { base } from './route.ts';
import { scanRoutes } from './scans.ts';
import { scriptRoutes } from './scripts.ts';
import { storageHostRoutes } from './storage-hosts.ts';
import { syncRoutes } from './syncs.ts';
import { tableRoutes } from './tables.ts';
import { userRoutes } from './users.ts';

export const civis: ApiDialect = {
  name: 'civis',
  title: 'Imports',
  document: { path: `${base}/endpoints`, form: 'swagger-2.0', versionIn: 'openapi_version', auth: 'key' },
  prefixes: [base],
  bodyLimit: 4 * 1024 * 1024,
  headers: { 'cache-control': 'private, no-store', 'content-type': 'application/json; charset=utf-8' },
  credentials: authorization,
  workspace: (_, actor) => actor.workspace ?? 1,
  routes: [
    ...importRoutes,
    ...syncRoutes,
    ...fileImportRoutes,
    ...csvRoutes,
    ...jobRoutes,
    ...fileRoutes,
    ...preprocessRoutes,
    ...scriptRoutes,
    ...queryRoutes,
    ...databaseRoutes,
    ...credentialRoutes,
    ...userRoutes,
    ...belongingRoutes,
    ...projectRoutes,
    ...projectShareRoutes,
    ...remoteHostRoutes,
    ...storageHostRoutes,
    ...tableRoutes,
    ...scanRoutes,
    ...notebookRoutes,
  ],
  forms: (contextOf) => ({ [form]: jobForm(contextOf) }),
  problems: errorBody,
  toError,
};
