/** Every request that would change something stands in the audit log before it is carried out, and so does its outcome. */
import { HeadgateError } from '../domain/error.ts';
import { newId } from '../domain/ids.ts';
import type { Actor, Change } from '../operations/operation.ts';
import type { Db } from '../store/db.ts';
import { endAudit, insertAudit, type NewAudit } from '../store/audit.ts';
import type { Answer, GuardedRoute, Incoming } from './dialect.ts';
import { Refused } from './refusal.ts';

export interface Attempt {
  readonly db: Db;
  readonly route: GuardedRoute;
  readonly actor: Actor;
  /** Absent = refused before it was clear that there is such a workspace for them. */
  readonly workspace?: number;
  readonly ip: string | null;
  readonly requestId: string;
}

/** What asks for everything takes something out of the house, or moves its time. */
const changes = ({ scope, method }: Attempt['route']): boolean => scope.endsWith(':write') || (scope === '*' && method !== 'GET');

/** The last name in the path is what the request is about. */
function objectOf({ params }: Incoming): string | null {
  const { workspace: _workspace, ...names } = params;
  return Object.values(names).at(-1)?.slice(0, 100) ?? null;
}

function rowOf({ route, actor, workspace, ip, requestId }: Attempt, request?: Incoming): NewAudit {
  const own = workspace ?? actor.workspace ?? null;
  const object = request ? objectOf(request) : null;
  return {
    id: newId('audit'),
    workspace: own,
    actor: actor.id,
    principal_id: actor.principal,
    operation: route.name,
    object_id: object,
    ip,
    request_id: requestId,
  };
}

export async function auditRefusal(attempt: Attempt, error: unknown, request?: Incoming): Promise<void> {
  if (!changes(attempt.route)) return;
  await insertAudit(attempt.db, { ...rowOf(attempt, request), outcome: codeOf(error) });
}

export async function audited(
  attempt: Attempt,
  request: Incoming,
  work: (changed?: (change: Change) => void) => Promise<Answer>,
): Promise<Answer> {
  if (!changes(attempt.route)) return await work();
  const row = rowOf(attempt, request);
  await insertAudit(attempt.db, row);
  try {
    let last: Change | undefined;
    const answer = await work((change) => (last = change));
    await endAudit(attempt.db, row.id, 'done', { object: idOf(answer), ...last });
    return answer;
  } catch (error) {
    // The request's own error counts, also where the log cannot be reached any more.
    await endAudit(attempt.db, row.id, codeOf(error)).catch(() => undefined);
    throw error;
  }
}

function codeOf(thrown: unknown): string {
  const error = thrown instanceof Refused ? thrown.error : thrown;
  return error instanceof HeadgateError ? error.code : 'internal.unexpected';
}

/** The object that was made. */
function idOf({ body }: Answer): string | null {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
