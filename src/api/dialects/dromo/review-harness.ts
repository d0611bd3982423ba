/** A page's side of a review: what tests ask by its link. */
import type { Bench, Fields } from './harness.ts';

export interface Cell {
  readonly v: string;
  readonly raw?: string;
  readonly f?: true;
  readonly e?: true;
  readonly m?: readonly { readonly level: string; readonly message: string }[];
  readonly o?: readonly { readonly label: string; readonly value: string }[];
}

export interface Row {
  readonly id: number;
  readonly n: number | null;
  readonly removed?: true;
  readonly cells: readonly Cell[];
}

export interface Answered {
  readonly status: number;
  readonly body: Fields;
}

export interface Guest {
  readonly url: URL;
  ask(method: string, path: string, body?: object): Promise<Answered>;
  /** Expects 200. */
  get(path: string): Promise<Fields>;
  post(path: string, body: object): Promise<Fields>;
  edit(edit: object, version?: number): Promise<Answered>;
  /** All rows of a view, as they are shown. */
  rows(wanted?: object): Promise<readonly Row[]>;
  state(): Promise<Fields>;
}

/** By the link of an import. */
export function guest(link: unknown, token = new URL(String(link)).searchParams.get('token') ?? ''): Guest {
  const url = new URL(String(link));
  const ask: Guest['ask'] = async (method, path, body) => {
    const reply = await fetch(`${url.origin}${url.pathname}api${path}`, {
      method,
      headers: { 'x-review-token': token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: (await reply.json()) as Fields }; // an object
  };
  const fine = async (method: string, path: string, body?: object): Promise<Fields> => {
    const reply = await ask(method, path, body);
    if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const state = async (): Promise<Fields> => {
    for (;;) {
      const found = await fine('GET', '/state');
      if (found['status'] !== 'processing') return found;
    }
  };
  return {
    url,
    ask,
    get: async (path) => await fine('GET', path),
    post: async (path, body) => await fine('POST', path, body),
    state,
    edit: async (edit, version) => await ask('POST', '/edits', { version: version ?? Number((await state())['version']), edit }),
    async rows(wanted = { filter: 'all' }) {
      const { view, total } = await fine('POST', '/views', wanted);
      const found: Row[] = [];
      while (found.length < Number(total)) {
        const { rows } = await fine('GET', `/views/${String(view)}/rows?offset=${found.length}`);
        found.push(...(rows as readonly Row[]));
      }
      return found;
    },
  };
}

/** Everything that a page shows of the rows. */
export async function shown(visitor: Guest): Promise<unknown> {
  const { counts, undo, redo, version } = await visitor.state();
  return { counts, undo, redo, version, rows: await visitor.rows(), removed: await visitor.rows({ filter: 'removed' }) };
}

export const people = [
  { label: 'Name', key: 'name', validators: [{ validate: 'required' }] },
  { label: 'Mail', key: 'mail', type: 'email', validators: [{ validate: 'unique' }] },
  { label: 'Age', key: 'age', type: 'number' },
  {
    label: 'Land',
    key: 'land',
    type: 'select',
    selectOptions: [
      { label: 'Germany', value: 'DE' },
      { label: 'France', value: 'FR' },
    ],
  },
  { label: 'Id', key: 'id', readOnly: true },
];

export const dirty = `Name,Mail,Age,Land,Id
Ann,ann@example.com,30,Germany,1
,nobody,x,Atlantis,2
Bob,ann@example.com,40,France,3
=1+1,cy@example.com,y,Atlantis,4
`;

export const blocking = { importIdentifier: 'people', invalidDataBehavior: 'BLOCK_SUBMIT' };

/** An import that waits for somebody. */
export async function inReview(
  bench: Bench,
  text = dirty,
  more: object = {},
): Promise<{ readonly id: string; readonly visitor: Guest }> {
  const found = await bench.imported({ fields: people, settings: blocking, ...more }, text);
  if (found['status'] !== 'NEEDS_REVIEW') throw new Error(JSON.stringify(found));
  return { id: String(found['id']), visitor: guest(found['review_url']) };
}
