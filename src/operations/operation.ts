/** One use case: what it needs, what it answers, who may ask for it. The same for every dialect, the console and the command line. */
import type { Readable } from 'node:stream';
import type { z, ZodType } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { Level, ObjectKind } from '../domain/access.ts';
import { HeadgateError } from '../domain/error.ts';
import type { HookFetch } from '../domain/hook-request.ts';
import type { ImportLimits } from '../domain/import-limits.ts';
import type { OpenDuck } from '../engine/context.ts';
import type { Db } from '../store/db.ts';
import type { Desk } from '../review/desk.ts';
import type { Net } from '../sdk/index.ts';
import { digestOf, setGrant } from '../store/grants.ts';
import { requireObjects } from '../store/limits.ts';
import type { MasterKey } from '../store/master-key.ts';
import type { Storage } from '../storage/storage.ts';
import { authorize, needsOf, type Access, type Needs } from './access.ts';

export const nouns = [
  'workspaces',
  'connections',
  'models',
  'schemas',
  'pipelines',
  'runs',
  'warehouse',
  'files',
  'keys',
  'audit',
  'principals',
  'grants',
  'webhooks',
  'notifications',
] as const;

/** `connections:read`. `*` in a key's list stands for all of them, `connections:*` for both of one noun; an operation with `*` asks for all. */
export type Scope = `${(typeof nouns)[number]}:${'read' | 'write'}` | '*';

/** Who asks. A key without a workspace works in all of them. */
export interface Actor {
  /** Of the key. */
  readonly id: string;
  /** What people called the key; absent = a link. */
  readonly name?: string;
  readonly principal: string;
  /** What the principal has been granted on the whole workspace; absent = nothing. */
  readonly level?: Level;
  readonly scopes: readonly string[];
  readonly workspace?: number;
}

export interface Ports {
  readonly db: Db;
  readonly key: MasterKey;
  /** Our own files: an absolute path. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** Only where the server was started with one: the time that people move. */
  readonly testClock?: TestClockPort;
  /** Who opens DuckDB files; absent = this process. */
  readonly openDuck?: OpenDuck;
  /** Where connections of users may lead. */
  readonly net: Net;
  /** Folders of this machine whose files they may name, besides the workspace's own. */
  readonly fileRoots: readonly string[];
  /** Where uploaded files lie. */
  readonly storage: Storage;
  readonly fileLimits: FileLimits;
  /** How hooks reach the network; absent = not at all. */
  readonly hookFetch?: HookFetch;
  /** Of headless imports; absent = the usual ones. */
  readonly importLimits?: ImportLimits;
  /** The whole installation as an archive; absent = this process makes none. */
  backup?(passphrase: string | undefined, signal: AbortSignal): Readable;
  /** The rows that people look through; absent = this process shows none. */
  readonly reviews?: Desk;
  /** How long links to reviews are good; absent = a month. */
  readonly reviewDays?: number;
  /** Who opens a review shows a key as well as its link. */
  readonly reviewLogin?: boolean;
  /** Of schedules whose vocabulary lets people leave it out; absent = what is usual there. */
  readonly timeZone?: string;
  /** How long merges wait that somebody wants delayed, as a duration; absent = the usual time. */
  readonly mergeDelay?: string;
  /** How clients see this server; absent = as their requests say. */
  readonly publicUrl?: string;
  /** Whose request it is: by the other end of its socket, and what proxies wrote; absent = that end's, whatever is written. */
  clientOf?(remote: string, forwarded: string | undefined): string;
  /** Numbers of the migrations that this program needs. */
  readonly migrations?: readonly number[];
  /** Can mails be sent? */
  readonly mails?: boolean;
  /** Tells a worker that there is a run, in the caller's transaction. */
  wake(db: Db, run: string): Promise<void>;
}

/** Bytes. */
export interface FileLimits {
  readonly file: number;
  /** All files of a workspace together. */
  readonly workspace: number;
}

export interface TestClockPort {
  /** Resolves to the number of ticks that became runs, when all of them have ended. Throws `request.invalid` for the past. */
  advance(to: Date, signal: AbortSignal): Promise<number>;
}

export interface OpContext extends Ports {
  readonly actor: Actor;
  readonly workspace: number;
  readonly signal: AbortSignal;
  /** Hears what became of the object that was changed. */
  changed?(change: Change): void;
}

/** Digests of an object's row; null = it was not there, or is no longer. */
export interface Change {
  readonly before: string | null;
  readonly after: string | null;
}

export interface Operation<I extends ZodType = ZodType, O extends ZodType = ZodType, P = unknown> {
  /** `connections.create`: for the audit log, and the operation id of the API document. */
  readonly name: string;
  readonly summary: string;
  readonly scope: Scope;
  /** Where the scope alone does not say what must have been granted. */
  readonly access?: Access;
  readonly input: I;
  readonly output: O;
  /** Asks others, before the transaction in which an object is made: `run` gets the answer. */
  prepare?(context: OpContext, input: z.output<I>): Promise<P>;
  run(context: OpContext, input: z.output<I>, prepared?: P): Promise<z.input<O>>;
}

export function defineOperation<I extends ZodType, O extends ZodType, P = undefined>(
  operation: Operation<I, O, P>,
): Operation<I, O, P> {
  return operation;
}

/** Throws `access.scope`. */
export function requireScope(actor: Actor, scope: Scope): void {
  const [noun] = scope.split(':');
  if (actor.scopes.some((have) => have === '*' || have === scope || have === `${noun}:*`)) return;
  throw new HeadgateError('access.scope', `this key has no scope ${scope}`);
}

/** Checks the scope, the input and the grants, runs, checks the answer: an unexpected field never leaves the house. */
export async function perform<I extends ZodType, O extends ZodType>(
  operation: Operation<I, O>,
  context: OpContext,
  raw: unknown,
): Promise<z.output<O>> {
  const { name, scope, input, output } = operation;
  requireScope(context.actor, scope);
  const parsed = input.safeParse(raw);
  if (!parsed.success) throw new InvalidInput(name, parsed.error.issues);
  const needs = needsOf(operation, parsed.data);
  await authorize(context, needs);
  const prepared = await operation.prepare?.(context, parsed.data);
  const creates = operation.access?.creates;
  const answer = creates
    ? await created(creates, context, async (inside) => await operation.run(inside, parsed.data, prepared))
    : await changed(needs, context, async () => await operation.run(context, parsed.data, prepared));
  return output.parse(answer);
}

/** The object and its owner come into being together, where the workspace has room for it. */
async function created<T>(kind: ObjectKind, context: OpContext, run: (inside: OpContext) => Promise<T>): Promise<T> {
  const { workspace, actor } = context;
  return await context.db.tx(async (tx) => {
    await requireObjects(tx, workspace, kind);
    const answer = await run({ ...context, db: tx });
    const id = typeof answer === 'object' && answer !== null && 'id' in answer ? String(answer.id) : '';
    await setGrant(tx, workspace, id, { principal: actor.principal }, 'own');
    context.changed?.({ before: null, after: await digestOf(tx, workspace, kind, id) });
    return answer;
  });
}

async function changed<T>({ objects }: Needs, context: OpContext, run: () => Promise<T>): Promise<T> {
  const [object] = objects;
  if (!context.changed || !object || object.kind === 'run') return await run();
  const { db, workspace } = context;
  const before = await digestOf(db, workspace, object.kind, object.ref);
  const answer = await run();
  context.changed({ before, after: await digestOf(db, workspace, object.kind, object.ref) });
  return answer;
}

export interface FieldProblem {
  /** JSON pointer into the request: `/flows/0/write`. */
  readonly pointer: string;
  readonly message: string;
}

/** A request whose fields are wrong, all of them at once. */
export class InvalidInput extends HeadgateError {
  readonly problems: readonly FieldProblem[];

  constructor(operation: string, issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]) {
    const problems = issues.map(({ path, message }) => ({
      pointer: path.map((part) => `/${escape(String(part))}`).join(''),
      message,
    }));
    super(
      'request.invalid',
      `${operation}: ${problems.map(({ pointer, message }) => `${pointer || '/'} ${message}`).join('; ')}`,
    );
    this.problems = problems;
  }
}

const escape = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');
