/**
 * What an API vocabulary is: routes over operations. Routes are values, so that mounting, documents and tests all come from
 * the same table. A dialect translates; it holds no query and no rule of its own.
 */
import type { ZodType } from 'zod';
import type { Json } from '../domain/json.ts';
import type { Form } from '../operations/notifications/form.ts';
import type { Actor, OpContext, Ports, Scope } from '../operations/operation.ts';
import type { Credentials } from './credentials.ts';
import type { ExternalObjects } from './external.ts';
import type { Refusal } from './refusal.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request as it came. Its body is read when it is asked for: nobody who may not ask makes us read one. */
export interface Incoming {
  /** Names of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** As the client sees us: `origin` makes absolute addresses. */
  readonly url: URL;
  readonly headers: Headers;
  /** What its answer and our log call it. */
  readonly requestId: string;
  /** Only the headers of the answer are wanted. */
  readonly head: boolean;
  /** Undefined = there is none. Throws `request.large`, and `request.invalid` for what is no JSON; read once, answered often. */
  json(parse?: (text: string) => unknown): Promise<unknown>;
  /** JSON, or the fields of a form as texts, by its content type. */
  fields(parse?: (text: string) => unknown): Promise<unknown>;
  /** As it arrives, nothing kept in memory; fails with `request.large` behind `limit` bytes. Only where nothing has read it. */
  bytes(limit: number): AsyncIterable<Uint8Array>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Undefined = no byte at all. */
  readonly body?: Json | ReadableStream<Uint8Array> | undefined;
}

/** What routes that know who asks may use. */
export interface RouteContext extends OpContext {
  /** The names that this dialect has given to objects of this workspace. */
  readonly objects: ExternalObjects;
  /** Several operations that stand or fall together; inside, operations and names use the transaction. */
  tx<T>(work: (context: RouteContext) => Promise<T>): Promise<T>;
}

/** What routes without a key may use. */
export interface PublicContext extends Ports {
  readonly signal: AbortSignal;
}

interface RouteFacts {
  readonly method: Method;
  /** `/v1/workspaces/:workspace/runs/:run`, without a slash at its end: requests may have one, or two at a joint. */
  readonly path: string;
  /** Older names of the same address: served, not documented. */
  readonly also?: readonly string[];
  readonly name: string;
  readonly summary: string;
  readonly documented: Documented;
}

/** What documents say of a route. */
export interface Documented {
  /** Of names in the path that are no plain text. */
  readonly params?: ZodType;
  readonly query?: ZodType;
  readonly body?: ZodType;
  /** Path, query and body in one object: what is not in the path is in the query of GET and DELETE, else in the body. */
  readonly input?: ZodType;
  /** Of the successful answers: status → schema; undefined = no body. */
  readonly replies: Readonly<Record<number, ZodType | undefined>>;
  /** The media type of an answer that is a stream; absent = JSON. */
  readonly streams?: string;
  /** The media type of a body that is a stream; absent = JSON. */
  readonly uploads?: string;
}

/** A route needs a key or a signed link, with a scope, or says that it needs none: there is no other way to write one. */
export type Route =
  | (RouteFacts & {
      readonly auth: 'key' | 'signed';
      readonly scope: Scope;
      handle(context: RouteContext, request: Incoming): Promise<Answer>;
    })
  | (RouteFacts & { readonly auth: 'none'; handle(context: PublicContext, request: Incoming): Promise<Answer> });

/** A route for which somebody answers. */
export type GuardedRoute = Exclude<Route, { readonly auth: 'none' }>;

export interface ApiDocument {
  readonly path: string;
  readonly form: 'openapi-3.1' | 'swagger-2.0';
  /** The query parameter with which a client asks for another version, like `3.0`; what begins with 3 is OpenAPI 3.1. */
  readonly versionIn?: string;
  /** `key`: only for those who could use it. */
  readonly auth: 'key' | 'none';
}

export interface ApiDialect {
  readonly name: string;
  readonly title: string;
  readonly document: ApiDocument;
  /** What lies below these paths is this dialect's, also where there is nothing; the longest wins. */
  readonly prefixes: readonly string[];
  readonly routes: readonly Route[];
  /** Longest JSON body in bytes. */
  readonly bodyLimit: number;
  /** On every answer; those of an answer win. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The key as this vocabulary sends it; undefined = none was sent. */
  credentials(headers: Headers, url: URL): Credentials | undefined;
  /** The workspace that a request is about; throws `object.missing` for what is none. */
  workspace(params: Incoming['params'], actor: Actor): number;
  /** What the bodies of its errors look like, for its document; absent = problems like ours. */
  readonly problems?: ZodType;
  /** The words in which those are told who asked here to be told, by the name of their form. */
  readonly forms?: (contextOf: (workspace: number) => RouteContext) => Readonly<Record<string, Form>>;
  /** Files of this workspace will not come any more; their transaction ends with this. */
  expired?(context: RouteContext, files: readonly string[]): Promise<void>;
  /** Its own statuses, headers and body for everything that was refused, also for addresses where there is nothing. */
  toError(refusal: Refusal): Answer;
}
