/**
 * What an API vocabulary is: routes over operations. Routes are values, so that mounting, documents and tests all come from
 * the same table. A dialect translates; it holds no query and no rule of its own.
 */
import type { ZodType } from 'zod';
import type { HeadgateError } from '../domain/error.ts';
import type { Json } from '../domain/json.ts';
import type { Actor, OpContext, Operation, Scope } from '../operations/operation.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request as routes see it: names of the path, query and body, all of them still unchecked. */
export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly body: unknown;
  /** Of a route that `takes` them. */
  readonly bytes?: AsyncIterable<Uint8Array>;
  /** Only the headers of the answer are wanted. */
  readonly head: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Undefined = nothing at all. */
  readonly body?: Json | ReadableStream<Uint8Array> | undefined;
}

interface BaseRoute {
  readonly method: Method;
  /** `/v1/workspaces/:workspace/runs/:run` */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  /** Of the successful answers: status → schema; undefined = no body. */
  readonly replies: Readonly<Record<number, ZodType | undefined>>;
  /** The media type of an answer that is a stream; absent = JSON. */
  readonly streams?: string;
  /** The body is bytes of any length, handed on as they come; absent = JSON. */
  readonly takes?: 'bytes';
  /** Of path, query and body together: the document derives them from it. */
  readonly input?: ZodType;
}

interface Asked {
  readonly scope: Scope;
  /** The workspace that the request is about; throws `object.missing` for what is none. */
  workspace(request: ApiRequest): number;
  handle(context: OpContext, request: ApiRequest): Promise<Answer>;
}

/**
 * A route needs a key and a scope, or a link that such a key has signed, or says that it needs none: there is no fourth way to write
 * one. Links are for browsers, of any origin.
 */
export type Route =
  | (BaseRoute & Asked & { readonly auth: 'key' })
  | (BaseRoute & Asked & { readonly auth: 'signed' })
  | (BaseRoute & { readonly auth: 'none'; handle(request: ApiRequest): Promise<Answer> });

export interface ApiDialect {
  readonly name: string;
  /** Where its OpenAPI document is: `/openapi.json`. */
  readonly document: string;
  readonly routes: readonly Route[];
  /** Longest body in bytes. */
  readonly bodyLimit: number;
  /** The key as this vocabulary sends it; undefined = none was sent. */
  credentials(headers: Headers): { readonly id: string; readonly secret: string } | undefined;
  toError(error: HeadgateError, requestId: string): Answer;
}

/** One operation as a route: path, query and body are its input, its output is the body. */
export interface Exposed {
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
  readonly status: number;
}

export type Identify = (credentials: { readonly id: string; readonly secret: string }) => Promise<Actor>;
