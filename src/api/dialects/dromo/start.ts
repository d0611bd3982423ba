/** Whatever has its bytes is looked at by a run, which nobody has to ask for. */
import { HeadgateError } from '../../../domain/error.ts';
import { perform } from '../../../operations/operation.ts';
import { createPipeline } from '../../../operations/pipelines/create.ts';
import { startPipeline } from '../../../operations/pipelines/start.ts';
import { warehouseSlug } from '../../../operations/warehouse/warehouse.ts';
import type { RouteContext } from '../../dialect.ts';
import { addBasicWebhooks } from './basic-webhooks.ts';
import { limitsOf } from './limits.ts';
import { rememberedMapping } from './mappings.ts';
import { holdStoredImport, updateStoredImport, type StoredImport } from './imports-stored.ts';
import { taskOf } from './task.ts';

/** Scopes that making an import asks for: its link begins in its maker's name what they may do. */
export const needed = ['files:read', 'files:write', 'pipelines:write', 'runs:write'] as const;

/** What is said to whoever sends another file once one was too large: the import has failed. */
export const isRefused = (): HeadgateError =>
  new HeadgateError('object.conflict', 'The import has failed, since its file was too large: create another one.');

/** Once, however often it is asked. Throws `object.conflict`. */
export async function startImport(context: RouteContext, { id }: StoredImport): Promise<StoredImport> {
  return await context.tx(async (tx) => {
    const held = await holdStoredImport(tx, id);
    if (held.data.run !== undefined) return held;
    if (held.data.refused) throw isRefused();
    const { destination } = held.data;
    const { write, key } = destination ?? {};
    const how = { ...(write && { write }), ...(key && { key: [...key] }) };
    const { id: pipeline } = await perform(createPipeline, tx, {
      name: `Import ${held.data.filename ?? id}`.slice(0, 200),
      slug: `dromo-${id}`,
      source: warehouseSlug,
      destination: destination?.connection ?? warehouseSlug,
      flows: [{ files: { ids: [held.file], header: false, infer: false }, into: destination?.table ?? 'rows', ...how }],
    });
    const remembered = held.data.filename === null ? {} : await rememberedMapping(tx, held.data);
    const task = { ...taskOf(id, held.data, limitsOf(context)), remembered };
    const webhooks = await addBasicWebhooks(tx, held);
    const { id: run } = await perform(startPipeline, tx, { pipeline, task });
    return await updateStoredImport(tx, { ...held, data: { ...held.data, pipeline, run, webhooks } });
  });
}

/** For the work behind a link: all that was promised to its maker, and no more. */
export function asMaker(context: RouteContext): RouteContext {
  const { actor, tx } = context;
  return {
    ...context,
    actor: { ...actor, scopes: [...needed] },
    tx: async (work) => await tx(async (inner) => await work(asMaker(inner))),
  };
}
