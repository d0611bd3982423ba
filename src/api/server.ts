/** Every dialect behind one address, with what belongs to none of them. */
import { Hono } from 'hono';
import { Metrics } from '../observe/metrics.ts';
import { requireScope, type Ports } from '../operations/operation.ts';
import { sharedFigures } from '../store/figures.ts';
import { authorization } from './credentials.ts';
import { dialects } from './dialects/registry.ts';
import { identifyBy } from './identify.ts';
import { mount, requestIdOf, respond } from './mount.ts';
import { openApiOf } from './openapi.ts';
import { problem } from './problem.ts';
import { RateLimit } from './rate.ts';
import { RequestCount } from './requests.ts';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';

/** A minute, from one address. */
const wrongKeys = 60;

/** `perMinute`: requests of one key. */
export function createApi(ports: Ports, version: string, perMinute = 60_000): Hono {
  const app = new Hono();
  const identify = identifyBy(ports);
  const metrics = new Metrics(async () => await sharedFigures(ports.db, ports.clock.now()));
  const mounting = {
    ports,
    identify,
    metrics,
    rate: new RateLimit(perMinute),
    strangers: new RateLimit(wrongKeys),
    tenants: new RateLimit(perMinute),
    requests: new RequestCount(ports),
  };
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    try {
      await ports.db.query('select 1');
      return c.json({ status: 'ready' });
    } catch {
      return c.json({ status: 'waiting for the state database' }, 503);
    }
  });
  app.get('/metrics', async (c) => {
    try {
      const credentials = authorization(c.req.raw.headers);
      if (!credentials) throw new HeadgateError('access.key', 'no key was sent');
      const actor = await identify(credentials);
      requireScope(actor, 'runs:read');
      // The figures are those of all workspaces.
      if (actor.workspace !== undefined) throw new HeadgateError('access.scope', 'this key belongs to one workspace');
      return c.text(await metrics.text(), 200, { 'content-type': metrics.contentType });
    } catch (error) {
      return respond(problem(asHeadgateError(error, 'collecting metrics'), requestIdOf(c)), requestIdOf(c));
    }
  });
  for (const dialect of dialects) {
    mount(app, dialect, mounting);
    app.get(dialect.document, (c) => c.json(openApiOf(dialect, version)));
  }
  app.notFound((c) => {
    const id = requestIdOf(c);
    return respond(problem(new HeadgateError('object.missing', 'there is nothing at this address'), id), id);
  });
  return app;
}
