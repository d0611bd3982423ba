/** Every dialect behind one address, with what belongs to none of them. */
import { Hono, type Context } from 'hono';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { Metrics } from '../observe/metrics.ts';
import { unwatched, type Watch } from '../observe/watch.ts';
import { requireScope, type Ports } from '../operations/operation.ts';
import { sharedFigures } from '../store/figures.ts';
import { findWorkspaceLimit, type WorkspaceLimit } from '../store/workspaces.ts';
import { authorization } from './credentials.ts';
import type { ApiDialect } from './dialect.ts';
import { dialects } from './dialects/registry.ts';
import { mountHealth } from './health.ts';
import { identifyBy, type Identify } from './identify.ts';
import { dialectAt, plainPath } from './match.ts';
import { mount, nothingAt, requestIdOf, respond } from './mount.ts';
import { serveDocs } from './docs/serve.ts';
import { documentOf } from './document.ts';
import { problem } from './problem.ts';
import { RateLimit, type Ticks } from './rate.ts';
import { RequestCount } from './requests.ts';
import { together } from './together.ts';

/** A minute, from one address. */
const wrongKeys = 60;

/** `perMinute`: requests of one key. `ticks`: what limits of rate go by. */
export function createApi(
  ports: Ports,
  version: string,
  perMinute = 60_000,
  served: readonly ApiDialect[] = dialects,
  watch: Watch = unwatched,
  ticks: Ticks = () => performance.now(),
): Hono {
  const app = new Hono({ getPath: ({ url }) => plainPath(url) });
  const identify = identifyBy(ports);
  const metrics = new Metrics(async () => await sharedFigures(ports.db, ports.clock.now()));
  const limits = together<WorkspaceLimit | undefined>();
  const mounting = {
    ports,
    identify,
    metrics,
    watch,
    rate: new RateLimit(perMinute, ticks),
    strangers: new RateLimit(wrongKeys, ticks),
    tenants: new RateLimit(perMinute, ticks),
    requests: new RequestCount(ports),
    limitOf: async (workspace: number) =>
      await limits(String(workspace), async () => await findWorkspaceLimit(ports.db, workspace)),
  };
  mountHealth(app, ports);
  app.get('/metrics', async (c) => await guarded(c, async () => await scraped(c, identify, metrics)));
  for (const dialect of served) {
    mount(app, dialect, mounting);
    const { path, auth, versionIn } = dialect.document;
    app.get(path, async (c) => {
      const key = auth === 'key' ? dialect.credentials(c.req.raw.headers, new URL(c.req.url)) : undefined;
      return await guarded(c, async () => {
        if (auth === 'key') await identify(key ?? noKey());
        return c.json(documentOf(dialect, version, versionIn && c.req.query(versionIn)));
      });
    });
  }
  serveDocs(app, served, version);
  app.notFound((c) => {
    const dialect = dialectAt(served, c.req.path);
    if (dialect) return nothingAt(c, dialect);
    return refused(c, new HeadgateError('object.missing', 'there is nothing at this address'));
  });
  return app;
}

async function scraped(c: Context, identify: Identify, metrics: Metrics): Promise<Response> {
  const actor = await identify(authorization(c.req.raw.headers) ?? noKey());
  requireScope(actor, 'runs:read');
  // The figures are those of all workspaces.
  if (actor.workspace !== undefined) throw new HeadgateError('access.scope', 'this key belongs to one workspace');
  return c.text(await metrics.text(), 200, { 'content-type': metrics.contentType });
}

function noKey(): never {
  throw new HeadgateError('access.key', 'no key was sent');
}

async function guarded(c: Context, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    return refused(c, asHeadgateError(error, `answering ${c.req.path}`));
  }
}

const refused = (c: Context, error: HeadgateError): Response => respond(c, {}, problem({ error, requestId: requestIdOf(c) }));
