import { auditLog } from '../../../operations/audit/list.ts';
import { checkConnection } from '../../../operations/connections/check.ts';
import { listConnectors } from '../../../operations/connections/connectors.ts';
import { createConnection } from '../../../operations/connections/create.ts';
import { deleteConnection } from '../../../operations/connections/delete.ts';
import { discoverConnection } from '../../../operations/connections/discover.ts';
import { getConnection } from '../../../operations/connections/get.ts';
import { updateConnection } from '../../../operations/connections/update.ts';
import { listConnections } from '../../../operations/connections/list.ts';
import { abortFile } from '../../../operations/files/abort.ts';
import { completeFile } from '../../../operations/files/complete.ts';
import { createFile } from '../../../operations/files/create.ts';
import { deleteFile } from '../../../operations/files/delete.ts';
import { getFile } from '../../../operations/files/get.ts';
import { listParts } from '../../../operations/files/list-parts.ts';
import { listFiles } from '../../../operations/files/list.ts';
import { signFile } from '../../../operations/files/sign.ts';
import { listGrants } from '../../../operations/grants/list.ts';
import { removeGrant } from '../../../operations/grants/remove.ts';
import { setGrant } from '../../../operations/grants/set.ts';
import { transferObject } from '../../../operations/grants/transfer.ts';
import { addMember } from '../../../operations/groups/add-member.ts';
import { createGroup } from '../../../operations/groups/create.ts';
import { deleteGroup } from '../../../operations/groups/delete.ts';
import { getGroup } from '../../../operations/groups/get.ts';
import { listGroups } from '../../../operations/groups/list.ts';
import { removeMember } from '../../../operations/groups/remove-member.ts';
import { renameGroup } from '../../../operations/groups/rename.ts';
import { createKey } from '../../../operations/keys/create.ts';
import { listKeys } from '../../../operations/keys/list.ts';
import { revokeKey } from '../../../operations/keys/revoke.ts';
import { setLimits } from '../../../operations/limits/set.ts';
import { workspaceUsage } from '../../../operations/limits/usage.ts';
import { createNotification } from '../../../operations/notifications/create.ts';
import { deleteNotification } from '../../../operations/notifications/delete.ts';
import { notificationDeliveries } from '../../../operations/notifications/deliveries.ts';
import { listEvents } from '../../../operations/notifications/events.ts';
import { getNotification } from '../../../operations/notifications/get.ts';
import { listNotifications } from '../../../operations/notifications/list.ts';
import { updateNotification } from '../../../operations/notifications/update.ts';
import type { Operation } from '../../../operations/operation.ts';
import { createPipeline } from '../../../operations/pipelines/create.ts';
import { getPipeline } from '../../../operations/pipelines/get.ts';
import { listPipelines } from '../../../operations/pipelines/list.ts';
import { pipelineTables } from '../../../operations/pipelines/tables.ts';
import { triggerPipeline } from '../../../operations/pipelines/trigger.ts';
import { updatePipeline } from '../../../operations/pipelines/update.ts';
import { createPrincipal } from '../../../operations/principals/create.ts';
import { getPrincipal } from '../../../operations/principals/get.ts';
import { listPrincipals } from '../../../operations/principals/list.ts';
import { updatePrincipal } from '../../../operations/principals/update.ts';
import { approveRun } from '../../../operations/runs/approve.ts';
import { cancelRun } from '../../../operations/runs/cancel.ts';
import { getRun } from '../../../operations/runs/get.ts';
import { listRuns } from '../../../operations/runs/list.ts';
import { runLogs } from '../../../operations/runs/logs.ts';
import { rejectRun } from '../../../operations/runs/reject.ts';
import { advanceTestClock } from '../../../operations/test-clock/advance.ts';
import { getTestClock } from '../../../operations/test-clock/get.ts';
import { getWarehouse } from '../../../operations/warehouse/get.ts';
import { queryWarehouse } from '../../../operations/warehouse/query.ts';
import { setWarehouse } from '../../../operations/warehouse/set.ts';
import { listTables } from '../../../operations/warehouse/tables.ts';
import { createForwarder } from '../../../operations/forwarders/create.ts';
import { deleteForwarder } from '../../../operations/forwarders/delete.ts';
import { getForwarder } from '../../../operations/forwarders/get.ts';
import { listForwarders } from '../../../operations/forwarders/list.ts';
import { rotateForwarder } from '../../../operations/forwarders/rotate.ts';
import { setForward } from '../../../operations/forwarders/set.ts';
import { forwardStatus } from '../../../operations/forwarders/status.ts';
import { stopForward } from '../../../operations/forwarders/stop.ts';
import { updateForwarder } from '../../../operations/forwarders/update.ts';
import { createWebhook } from '../../../operations/webhooks/create.ts';
import { deleteWebhook } from '../../../operations/webhooks/delete.ts';
import { webhookDeliveries } from '../../../operations/webhooks/deliveries.ts';
import { getWebhook } from '../../../operations/webhooks/get.ts';
import { listWebhooks } from '../../../operations/webhooks/list.ts';
import { redeliver } from '../../../operations/webhooks/redeliver.ts';
import { rotateWebhook } from '../../../operations/webhooks/rotate.ts';
import { testWebhook } from '../../../operations/webhooks/send-test.ts';
import { updateWebhook } from '../../../operations/webhooks/update.ts';
import { createWorkspace } from '../../../operations/workspaces/create.ts';
import { listWorkspaces } from '../../../operations/workspaces/list.ts';
import { previewConnection } from '../../../operations/connections/preview.ts';
import { createModel } from '../../../operations/models/create.ts';
import { deleteModel } from '../../../operations/models/delete.ts';
import { getModel } from '../../../operations/models/get.ts';
import { listModels } from '../../../operations/models/list.ts';
import { previewModel } from '../../../operations/models/preview.ts';
import { updateModel } from '../../../operations/models/update.ts';
import { validateModel } from '../../../operations/models/validate.ts';
import { deletePipeline } from '../../../operations/pipelines/delete.ts';
import { pipelineDependencies } from '../../../operations/pipelines/dependencies.ts';
import { planPipeline } from '../../../operations/pipelines/plan.ts';
import { verifyPipeline } from '../../../operations/pipelines/verify.ts';
import { resetPipeline } from '../../../operations/pipelines/reset.ts';
import { resyncPipeline } from '../../../operations/pipelines/resync.ts';
import { activatePipeline, archivePipeline, pausePipeline, unarchivePipeline } from '../../../operations/pipelines/states.ts';
import { runOutputs } from '../../../operations/runs/outputs.ts';
import { runRejects } from '../../../operations/runs/rejects.ts';
import { replayRun } from '../../../operations/runs/replay.ts';
import { undoRun } from '../../../operations/runs/undo.ts';
import { createSchema } from '../../../operations/schemas/create.ts';
import { deleteSchema } from '../../../operations/schemas/delete.ts';
import { getSchema } from '../../../operations/schemas/get.ts';
import { listSchemas } from '../../../operations/schemas/list.ts';
import { updateSchema } from '../../../operations/schemas/update.ts';
import { schemaVersions } from '../../../operations/schemas/versions.ts';
import type { Method } from '../../dialect.ts';

const here = '/v1/workspaces/:workspace';

/** One operation as a route: path, query and body are its input, its output is the body. */
export interface Exposed {
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
  readonly status: number;
}

const route = (method: Method, path: string, operation: unknown, status = 200): Exposed => ({
  method,
  path,
  // Each operation has types of its own; the table only passes them on, and `perform` checks by its schemas.
  operation: operation as Operation,
  status,
});

export const exposed: readonly Exposed[] = [
  route('GET', '/v1/connectors', listConnectors),
  route('GET', '/v1/workspaces', listWorkspaces),
  route('POST', '/v1/workspaces', createWorkspace, 201),
  route('GET', '/v1/test-clock', getTestClock),
  route('POST', '/v1/test-clock', advanceTestClock),

  route('GET', `${here}/connections`, listConnections),
  route('POST', `${here}/connections`, createConnection, 201),
  route('GET', `${here}/connections/:connection`, getConnection),
  route('PATCH', `${here}/connections/:connection`, updateConnection),
  route('DELETE', `${here}/connections/:connection`, deleteConnection, 204),
  route('POST', `${here}/connections/:connection/check`, checkConnection),
  route('POST', `${here}/connections/:connection/discover`, discoverConnection),
  route('POST', `${here}/connections/:connection/preview`, previewConnection),

  route('GET', `${here}/models`, listModels),
  route('POST', `${here}/models`, createModel, 201),
  route('POST', `${here}/models/validate`, validateModel),
  route('GET', `${here}/models/:model`, getModel),
  route('PATCH', `${here}/models/:model`, updateModel),
  route('DELETE', `${here}/models/:model`, deleteModel, 204),
  route('POST', `${here}/models/:model/preview`, previewModel),

  route('GET', `${here}/schemas`, listSchemas),
  route('POST', `${here}/schemas`, createSchema, 201),
  route('GET', `${here}/schemas/:schema`, getSchema),
  route('PATCH', `${here}/schemas/:schema`, updateSchema),
  route('DELETE', `${here}/schemas/:schema`, deleteSchema, 204),
  route('GET', `${here}/schemas/:schema/versions`, schemaVersions),

  route('GET', `${here}/pipelines`, listPipelines),
  route('POST', `${here}/pipelines`, createPipeline, 201),
  route('GET', `${here}/pipelines/:pipeline`, getPipeline),
  route('PATCH', `${here}/pipelines/:pipeline`, updatePipeline),
  route('GET', `${here}/pipelines/:pipeline/tables`, pipelineTables),
  route('POST', `${here}/pipelines/:pipeline/trigger`, triggerPipeline, 202),
  route('DELETE', `${here}/pipelines/:pipeline`, deletePipeline, 204),
  route('POST', `${here}/pipelines/:pipeline/plan`, planPipeline),
  route('POST', `${here}/pipelines/:pipeline/verify`, verifyPipeline),
  route('POST', `${here}/pipelines/:pipeline/resync`, resyncPipeline, 202),
  route('POST', `${here}/pipelines/:pipeline/reset`, resetPipeline),
  route('POST', `${here}/pipelines/:pipeline/activate`, activatePipeline),
  route('POST', `${here}/pipelines/:pipeline/pause`, pausePipeline),
  route('POST', `${here}/pipelines/:pipeline/archive`, archivePipeline),
  route('POST', `${here}/pipelines/:pipeline/unarchive`, unarchivePipeline),
  route('GET', `${here}/pipelines/:pipeline/dependencies`, pipelineDependencies),
  route('GET', `${here}/pipelines/:pipeline/forward`, forwardStatus),
  route('PUT', `${here}/pipelines/:pipeline/forward`, setForward),
  route('DELETE', `${here}/pipelines/:pipeline/forward`, stopForward, 204),

  route('GET', `${here}/runs`, listRuns),
  route('GET', `${here}/runs/:run`, getRun),
  route('POST', `${here}/runs/:run/cancel`, cancelRun, 202),
  route('POST', `${here}/runs/:run/approve`, approveRun, 202),
  route('POST', `${here}/runs/:run/reject`, rejectRun, 202),
  route('GET', `${here}/runs/:run/logs`, runLogs),
  route('GET', `${here}/runs/:run/rejects`, runRejects),
  route('GET', `${here}/runs/:run/outputs`, runOutputs),
  route('POST', `${here}/runs/:run/replay`, replayRun, 202),
  route('POST', `${here}/runs/:run/undo`, undoRun, 202),

  route('GET', `${here}/warehouse`, getWarehouse),
  route('PUT', `${here}/warehouse`, setWarehouse),
  route('GET', `${here}/warehouse/tables`, listTables),
  route('POST', `${here}/warehouse/query`, queryWarehouse),

  route('GET', `${here}/files`, listFiles),
  route('POST', `${here}/files`, createFile, 201),
  route('GET', `${here}/files/:file`, getFile),
  route('DELETE', `${here}/files/:file`, deleteFile, 204),
  route('GET', `${here}/files/:file/parts`, listParts),
  route('POST', `${here}/files/:file/complete`, completeFile),
  route('POST', `${here}/files/:file/abort`, abortFile),
  route('POST', `${here}/files/:file/links`, signFile, 201),

  route('GET', `${here}/events`, listEvents),
  route('GET', `${here}/webhooks`, listWebhooks),
  route('POST', `${here}/webhooks`, createWebhook, 201),
  route('GET', `${here}/webhooks/:webhook`, getWebhook),
  route('PATCH', `${here}/webhooks/:webhook`, updateWebhook),
  route('DELETE', `${here}/webhooks/:webhook`, deleteWebhook, 204),
  route('POST', `${here}/webhooks/:webhook/rotate`, rotateWebhook),
  route('POST', `${here}/webhooks/:webhook/test`, testWebhook, 202),
  route('GET', `${here}/webhooks/:webhook/deliveries`, webhookDeliveries),
  route('POST', `${here}/webhooks/:webhook/deliveries/:delivery/redeliver`, redeliver, 202),
  route('GET', `${here}/forwarders`, listForwarders),
  route('POST', `${here}/forwarders`, createForwarder, 201),
  route('GET', `${here}/forwarders/:forwarder`, getForwarder),
  route('PATCH', `${here}/forwarders/:forwarder`, updateForwarder),
  route('DELETE', `${here}/forwarders/:forwarder`, deleteForwarder, 204),
  route('POST', `${here}/forwarders/:forwarder/rotate`, rotateForwarder),
  route('GET', `${here}/notifications`, listNotifications),
  route('POST', `${here}/notifications`, createNotification, 201),
  route('GET', `${here}/notifications/:notification`, getNotification),
  route('PATCH', `${here}/notifications/:notification`, updateNotification),
  route('DELETE', `${here}/notifications/:notification`, deleteNotification, 204),
  route('GET', `${here}/notifications/:notification/deliveries`, notificationDeliveries),
  route('GET', `${here}/audit`, auditLog),
  route('GET', `${here}/keys`, listKeys),
  route('POST', `${here}/keys`, createKey, 201),
  route('DELETE', `${here}/keys/:key`, revokeKey),

  route('GET', `${here}/principals`, listPrincipals),
  route('POST', `${here}/principals`, createPrincipal, 201),
  route('GET', `${here}/principals/:principal`, getPrincipal),
  route('PATCH', `${here}/principals/:principal`, updatePrincipal),
  route('GET', `${here}/groups`, listGroups),
  route('POST', `${here}/groups`, createGroup, 201),
  route('GET', `${here}/groups/:group`, getGroup),
  route('PATCH', `${here}/groups/:group`, renameGroup),
  route('DELETE', `${here}/groups/:group`, deleteGroup, 204),
  route('PUT', `${here}/groups/:group/members/:principal`, addMember),
  route('DELETE', `${here}/groups/:group/members/:principal`, removeMember),
  route('GET', `${here}/grants`, listGrants),
  route('PUT', `${here}/grants`, setGrant),
  route('DELETE', `${here}/grants`, removeGrant, 204),
  route('POST', `${here}/grants/transfer`, transferObject),

  route('GET', `${here}/usage`, workspaceUsage),
  route('PUT', `${here}/limits`, setLimits),
];
