/**
 * The API of a server, typed from its document: one function for all operations, whose input is what stands in path, query and
 * body together. It needs nothing but `fetch`, so it runs wherever JavaScript does.
 */
import { operations, type Operations, type Page } from './generated.ts';

export type OperationName = keyof Operations;
/** The workspace of the client is part of every path that wants one. */
export type Input<N extends OperationName> = Omit<Operations[N]['input'], 'workspace'>;
export type Reply<N extends OperationName> = Operations[N]['reply'];

/** What every error of the API says. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  readonly request_id: string;
  readonly retryable: boolean;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

/** The server answered, and refused. */
export class ApiError extends Error {
  readonly status: number;
  /** Undefined where something else than our server spoke. */
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(problem?.detail ?? `the server says ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }
}

export interface ClientOptions {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** `hg_<id>_<secret>` */
  readonly key: string;
  readonly workspace?: number | string;
  readonly signal?: AbortSignal;
}

export interface CallOptions {
  /** The same key, the same answer: for requests that are sent again after the wire has broken. */
  readonly idempotencyKey?: string;
}

/** Lists are those operations that answer in pages. */
export type ListName = { [N in OperationName]: Reply<N> extends Page<unknown> ? N : never }[OperationName];
export type Item<N extends ListName> = Reply<N> extends Page<infer T> ? T : never;

export class Client {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Throws ApiError, and what `fetch` throws where nobody answers. */
  async call<N extends OperationName>(name: N, input: Input<N>, options: CallOptions = {}): Promise<Reply<N>> {
    const reply = await this.#send(name, input, options);
    const value = parsed(await reply.text());
    if (value === invalid) throw new ApiError(reply.status, undefined);
    return value as Reply<N>; // by the document that the types come from
  }

  /** The bytes of an answer as they come: events, downloads. Throws as `call`. */
  async stream<N extends OperationName>(name: N, input: Input<N>): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#send(name, input, {});
    return body ?? new ReadableStream({ start: (controller) => controller.close() });
  }

  /** All bytes of a file that was created. Throws as `call`. */
  async upload(file: string, bytes: Blob): Promise<void> {
    const { url, method } = requestFor('files.upload', { workspace: this.#options.workspace ?? 1, file });
    await this.#fetched(url, { method, body: bytes });
  }

  /** All of a list, page by page. */
  async all<N extends ListName>(name: N, input: Omit<Input<N>, 'cursor' | 'limit'>): Promise<readonly Item<N>[]> {
    const found: Item<N>[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      // A list takes a cursor and a limit, whatever else it takes; its answer is a page.
      const asked = { ...input, limit: 200, ...(cursor !== undefined && { cursor }) } as unknown as Input<N>;
      const page = (await this.call(name, asked)) as Page<Item<N>>;
      found.push(...page.data);
      cursor = page.next_cursor;
    }
    return found;
  }

  async #send<N extends OperationName>(name: N, input: Input<N>, { idempotencyKey }: CallOptions): Promise<Response> {
    const { workspace = 1 } = this.#options;
    const { url, body, method } = requestFor(name, { workspace, ...input });
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    };
    return await this.#fetched(url, { method, headers, ...(body !== undefined && { body }) });
  }

  async #fetched(path: string, init: RequestInit): Promise<Response> {
    const { url, key, signal } = this.#options;
    const headers = { ...init.headers, authorization: `Bearer ${key}` };
    const reply = await fetch(`${url.replace(/\/+$/, '')}${path}`, { ...init, headers, ...(signal && { signal }) });
    if (reply.ok) return reply;
    throw new ApiError(reply.status, problemIn(parsed(await reply.text())));
  }
}

/** Where the fields of an input go: into the path, behind the question mark, into the body. Pure. */
export function requestFor(
  name: OperationName,
  input: Readonly<Record<string, unknown>>,
): { readonly method: string; readonly url: string; readonly body?: string } {
  const { method, path } = operations[name];
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const url = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(String(value));
  });
  rest.delete('workspace');
  if (method !== 'GET' && method !== 'DELETE') return { method, url, body: JSON.stringify(Object.fromEntries(rest)) };
  const query = new URLSearchParams([...rest].map(([field, value]): [string, string] => [field, String(value)])).toString();
  return { method, url: query === '' ? url : `${url}?${query}` };
}

const invalid = Symbol('no JSON');

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return invalid;
  }
}

const problemIn = (value: unknown): Problem | undefined =>
  typeof value === 'object' && value !== null && 'code' in value && 'detail' in value
    ? (value as Problem) // by the document
    : undefined;
