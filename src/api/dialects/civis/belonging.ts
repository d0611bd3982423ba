/** Sharing and projects of the families that have them. */
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { dependenciesOf } from './dependencies.ts';
import { ownStoredFile, requireStoredFile } from './files-stored.ts';
import { importKinds } from './import-views.ts';
import { ownJob, type JobKind } from './jobs.ts';
import { memberRoutes } from './projects.ts';
import { numberIn } from './route.ts';
import { jobIn } from './run-routes.ts';
import { sharingRoutes } from './sharing.ts';

/** Whatever kind of import it is: files imports and batches have no such routes of their own. */
const jobs: readonly {
  readonly path: string;
  readonly name: string;
  readonly title: string;
  readonly kinds?: readonly JobKind[];
  readonly family: string;
}[] = [
  { path: '/imports/:id', name: 'imports', title: 'import', kinds: importKinds, family: 'imports' },
  { path: '/jobs/:id', name: 'jobs', title: 'job', family: 'imports' },
];

const fileIn = async (context: RouteContext, params: Incoming['params']) =>
  await requireStoredFile(context, numberIn(params, 'id', 'file'));

const file = { path: '/files/:id', name: 'files', title: 'file', family: 'files' };

export const belongingRoutes: readonly GuardedRoute[] = [
  ...jobs.flatMap(({ kinds, ...family }) => {
    const find = jobIn(family.title, kinds);
    return [
      ...sharingRoutes({
        ...family,
        resolve: async (context, params) => ({ pipeline: (await find(context, params)).object }),
        dependencies: async (context, params) => await dependenciesOf(context, await find(context, params)),
        owned: async (context, params, principal) => await ownJob(context, numberIn(params, 'id', family.title), principal),
      }),
      ...memberRoutes({ ...family, resolve: async (context, params) => (await find(context, params)).number }),
    ];
  }),
  ...sharingRoutes({
    ...file,
    resolve: async (context, params) => ({ file: (await fileIn(context, params)).file.id }),
    dependencies: () => Promise.resolve([]),
    owned: async (context, params, principal) => await ownStoredFile(context, numberIn(params, 'id', 'file'), principal),
  }),
  ...memberRoutes({ ...file, resolve: async (context, params) => (await fileIn(context, params)).number }),
];
