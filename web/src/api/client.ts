/** Requests to the server: one method per address of the review. */
import type {
  Changes,
  DateField,
  Decision,
  Edit,
  Edited,
  Group,
  Preview,
  Problem,
  Replacement,
  ReplacePreview,
  RowWindow,
  State,
  Trouble,
  ViewRequest,
} from './wire.ts';
import { Refused } from './refused.ts';

/** Where to look from: behind or before the cell `at` of the row at position `from`, in one column or in all. */
export interface Seeking {
  readonly from: number;
  readonly at: string;
  readonly column: string | undefined;
  readonly direction: 'next' | 'previous';
}

export class ReviewClient {
  readonly #base: string;
  readonly #token: string;

  /** `base`: the address of this review's data, ending in a slash. */
  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  state = (): Promise<State> => this.#ask('GET', 'state');
  preview = (): Promise<Preview> => this.#ask('GET', 'preview');
  values = (field: string): Promise<{ values: { text: string; count: number; value: string | null }[] }> =>
    this.#ask('GET', `values?${new URLSearchParams({ field })}`);

  dates = (): Promise<{ dates: DateField[] }> => this.#ask('GET', 'dates');

  /** The file is read anew. */
  decide = ({ about, said }: Decision): Promise<State> => this.#ask('PUT', about, said);

  view = (request: ViewRequest): Promise<{ view: string; total: number; matches?: number }> =>
    this.#ask('POST', 'views', request);
  rows = (view: string, offset: number, limit: number): Promise<RowWindow> =>
    this.#ask('GET', `views/${encodeURIComponent(view)}/rows?offset=${offset}&limit=${limit}`);

  problem(view: string, { from, at, column, direction }: Seeking): Promise<Problem> {
    const query = new URLSearchParams({
      from: String(from),
      at,
      direction,
      level: 'error',
      ...(column !== undefined && { column }),
    });
    return this.#ask('GET', `views/${encodeURIComponent(view)}/problem?${query}`);
  }

  groups = (): Promise<{ groups: Group[] }> => this.#ask('GET', 'groups');
  edit = (version: number, edit: Edit): Promise<Edited> => this.#ask('POST', 'edits', { version, edit });
  previewReplace = (replacement: Replacement): Promise<ReplacePreview> => this.#ask('POST', 'replace/preview', replacement);
  undo = (version: number): Promise<Edited> => this.#ask('POST', 'undo', { version });
  redo = (version: number): Promise<Edited> => this.#ask('POST', 'redo', { version });
  /** Waits for news after a version, or of people other than these. */
  changes = (after: number, people: number, signal: AbortSignal): Promise<Changes> =>
    this.#ask('GET', `changes?after=${after}&people=${people}`, undefined, signal);
  finish = (version: number, confirmed: boolean): Promise<State> => this.#ask('POST', 'finish', { version, confirmed });

  async export(what: 'errors' | 'all', format: 'csv' | 'xlsx'): Promise<Blob> {
    return await (await this.#send('GET', `export?what=${what}&format=${format}`)).blob();
  }

  async #ask<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const reply = await this.#send(method, path, body, signal);
    return (await reply.json()) as T; // the wire that both sides have agreed on
  }

  async #send(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const headers = { 'x-review-token': this.#token, ...(body && { 'content-type': 'application/json' }) };
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }), ...(signal && { signal }) };
    const reply = await fetch(this.#base + path, request).catch((cause: unknown) => {
      if (signal?.aborted) throw cause;
      throw new Refused(0, { code: 'page.offline' });
    });
    if (reply.ok) return reply;
    const trouble: Trouble = await reply.json().catch(() => ({}));
    throw new Refused(reply.status, trouble);
  }
}
