/**
 * One review as this page knows it: the state, the view that is looked at, its rows, and what is on its way to the server.
 * Components read `snapshot`, which is replaced with every change.
 */
import type { ReviewClient } from '../../api/client.ts';
import { Refused } from '../../api/refused.ts';
import type { Changes, Column, Confirmation, Decision, Edit, Edited, Row, RowId, State, ViewRequest } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { plain } from '../../ui/markup.ts';
import type { Toast } from '../../ui/toasts.tsx';
import { plainArrangement, shownPlaces, type Arrangement } from './arrangement.ts';
import { conflictsOf, isDone, type Conflict, type SeenEdit } from './conflict.ts';
import { insist, isAway } from './insist.ts';
import { later } from './connection.ts';
import { OwnEdits } from './own-edits.ts';
import { RowPages } from './rows.ts';

/** The rows that are looked at. */
interface View {
  readonly id: string;
  readonly total: number;
  /** Cells that hold what is searched for, as the view was opened. */
  readonly matches: number | undefined;
  readonly request: ViewRequest;
}

export interface Snapshot {
  /** `undefined` until the first answer. */
  readonly state: State | undefined;
  /** Nothing can be shown: the link is wrong or has ended, or the server is away. */
  readonly failure: Refused | undefined;
  readonly view: View | undefined;
  /** Other rows that are being asked for. */
  readonly opening: ViewRequest | undefined;
  /** Edits that the server has not answered yet. */
  readonly saving: number;
  readonly offline: boolean;
  readonly people: number;
  readonly conflict: Conflict | undefined;
  /** Rows that this page has sent off. */
  readonly sent: number | undefined;
  readonly arrangement: Arrangement;
  readonly toasts: readonly Toast[];
  /** Counts changes of rows. */
  readonly tick: number;
}

/** What somebody can do something about is said as the server says it; the rest is our own business. */
function messageOf({ status, message, trouble }: Refused): string {
  if (trouble.code === 'page.unsure') return texts.unsure;
  if (status === 0) return texts.offline;
  return status === 400 || status === 409 || status === 413 ? message : texts.broken(trouble.code ?? String(status));
}

/** Doing it twice is doing it once: the answer may have been lost behind the edit. */
const isRepeatable = (edit: Edit | undefined): boolean =>
  edit?.kind === 'cells' || edit?.kind === 'delete' || edit?.kind === 'restore';

type Outcome = 'done' | 'conflict' | 'failed';

export class Session {
  readonly client: ReviewClient;
  rows = new RowPages();
  /** Until the rows that were asked for last are there. */
  opening: Promise<void> = Promise.resolve();
  /** Of each column of the table, its place in a row's cells. */
  places: readonly number[] = [];
  snapshot: Snapshot = {
    state: undefined,
    failure: undefined,
    view: undefined,
    opening: undefined,
    saving: 0,
    offline: false,
    people: 1,
    conflict: undefined,
    sent: undefined,
    arrangement: plainArrangement,
    toasts: [],
    tick: 0,
  };
  /** The newest version seen, own edits included: what the next edit is based on. */
  #version = 0;
  readonly #own = new OwnEdits();
  readonly #listeners = new Set<() => void>();
  readonly #asked = new Set<number>();
  /** Edits go one after the other, in the order they were made. */
  #queue: Promise<unknown> = Promise.resolve();
  #toasted = 0;
  readonly #waiting = { onAway: () => this.away(), pause: later };
  #hearing = new AbortController();
  #opened = 0;
  #wanted: { first: number; last: number } | undefined;
  #asking: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ReviewClient) {
    this.client = client;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(change: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Rows have changed. */
  touch(): void {
    this.set({ tick: this.snapshot.tick + 1 });
  }

  arrange(arrangement: Arrangement): void {
    this.places = shownPlaces(this.snapshot.state?.columns ?? [], arrangement);
    this.set({ arrangement });
  }

  /** The column at a place of the table. */
  columnAt(col: number): Column | undefined {
    return this.snapshot.state?.columns[this.places[col] ?? -1];
  }

  async load(): Promise<void> {
    try {
      this.took(await this.client.state());
      this.back();
    } catch (error) {
      this.#unread(error);
    }
  }

  took(state: State): void {
    // With rows on show, the version moves on only once their changes are on show too.
    if (!this.snapshot.view) this.#version = Math.max(this.#version, state.version);
    this.places = shownPlaces(state.columns, this.snapshot.arrangement);
    const opened = state.status === 'review' && (state.stage === 'rows' || state.stage === 'values');
    this.set({ state, failure: undefined, people: state.people, ...(!opened && { view: undefined }) });
  }

  /** Says why something could not be done; what cannot be gone on from replaces the page. */
  failed(error: unknown): void {
    if (!(error instanceof Refused)) throw error;
    if (error.isLinkDead || !this.snapshot.state) this.set({ failure: error });
    else this.say('error', messageOf(error));
  }

  /** Something that nobody waits for: why it could not be done is said. */
  tried(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.failed(error));
  }

  /** Of what is only looked at: it is asked for again as soon as the server is back. */
  #unread(error: unknown): void {
    if (isAway(error) && this.snapshot.state) this.away();
    else this.failed(error);
  }

  say(tone: Toast['tone'], text: string, action?: Toast['action']): void {
    const id = ++this.#toasted;
    const others = this.snapshot.toasts.filter((toast) => toast.text !== text);
    this.set({ toasts: [...others.slice(-2), { id, tone, text, ...(action && { action }) }] });
    if (tone !== 'error') setTimeout(() => this.unsay(id), 6000);
  }

  unsay(id: number): void {
    this.set({ toasts: this.snapshot.toasts.filter((toast) => toast.id !== id) });
  }

  /** Other rows: of several requests the last one counts, and a lost connection is waited for. */
  async open(request: ViewRequest): Promise<void> {
    this.opening = this.#open(request);
    await this.opening;
  }

  async #open(request: ViewRequest): Promise<void> {
    const mine = ++this.#opened;
    const wanted = () => mine === this.#opened;
    this.set({ opening: request });
    try {
      const found = await insist(async () => (wanted() ? await this.client.view(request) : undefined), this.#waiting);
      if (!found || !wanted()) return;
      this.rows = new RowPages();
      this.#asked.clear();
      this.set({ view: { id: found.view, total: found.total, matches: found.matches, request }, tick: this.snapshot.tick + 1 });
      this.back();
    } catch (error) {
      this.failed(error);
    } finally {
      if (wanted()) this.set({ opening: undefined });
    }
  }

  /** Asks for rows that are not here, with those around them. */
  want(first: number, last: number): void {
    const { view } = this.snapshot;
    if (!view || last < first) return;
    this.#wanted = { first, last };
    if (this.#asking !== undefined) return;
    this.#asking = setTimeout(() => {
      this.#asking = undefined;
      this.#ask();
    }, 30);
  }

  /** The thumb of the scroll bar passes many rows: those where it is now are asked for, a few pages at a time. */
  #ask(): void {
    const { view } = this.snapshot;
    if (!view || !this.#wanted) return;
    const missing = this.rows.missing(this.#wanted.first, this.#wanted.last, view.total);
    for (const { offset, limit } of missing.slice(0, Math.max(0, 4 - this.#asked.size))) void this.fetch(offset, limit);
  }

  async fetch(offset: number, limit = 100): Promise<void> {
    const { view } = this.snapshot;
    if (!view || this.#asked.has(offset)) return;
    this.#asked.add(offset);
    const { rows } = this;
    try {
      const window = await this.client.rows(view.id, offset, limit);
      if (rows !== this.rows) return; // another view is looked at by now
      rows.keep(offset, window.rows);
      this.touch();
    } catch (error) {
      if (rows !== this.rows) return;
      this.#wanted = undefined;
      // A view that the server has forgotten is made again.
      if (error instanceof Refused && error.status === 404) void this.open(view.request);
      else this.#unread(error);
    } finally {
      if (rows === this.rows) this.#asked.delete(offset);
      this.#ask();
    }
  }

  /** Sends an edit. `seen`: what the person saw in the cells before, for the case that somebody else has changed them. */
  edit(edit: Edit, seen: SeenEdit = []): Promise<Outcome> {
    return this.#send((version) => this.client.edit(version, edit), edit, seen);
  }

  undo = (): Promise<Outcome> => this.#send((version) => this.client.undo(version));
  redo = (): Promise<Outcome> => this.#send((version) => this.client.redo(version));

  #send(ask: (version: number) => Promise<Edited>, edit?: Edit, seen: SeenEdit = []): Promise<Outcome> {
    this.set({ saving: this.snapshot.saving + 1 });
    const sent = this.#queue
      .then(() => this.#attempt(ask, edit, seen))
      .finally(() => this.set({ saving: this.snapshot.saving - 1 }));
    this.#queue = sent;
    return sent;
  }

  async #attempt(ask: (version: number) => Promise<Edited>, edit: Edit | undefined, seen: SeenEdit): Promise<Outcome> {
    const known = this.#version;
    const sent = { again: false };
    try {
      const edited = await insist(async (again) => {
        sent.again = again;
        if (again && !isRepeatable(edit)) await this.#requireUnchanged(known);
        return await ask(known);
      }, this.#waiting);
      this.applied(edited);
      return 'done';
    } catch (error) {
      if (!(error instanceof Refused) || error.trouble.code !== 'review.stale') {
        this.#restore(edit);
        this.failed(error);
        return 'failed';
      }
      const { row, version } = error.trouble;
      const rows = row ? [row] : [];
      if (version !== undefined) this.#version = Math.max(this.#version, version);
      for (const row of rows) this.rows.put(row);
      this.touch();
      const conflict = conflictsOf(edit, seen, rows, this.snapshot.state?.columns ?? []);
      // Only the answer was lost.
      if (sent.again && row && edit?.kind === 'cells' && isDone(edit, row, this.snapshot.state?.columns ?? [])) {
        await this.refresh(edit.cells.map((cell) => cell.row));
        return 'done';
      }
      // Only our own earlier edit was newer than what this one was based on.
      if (conflict && conflict.cells.length === 0 && version !== undefined) return await this.#attempt(ask, edit, seen);
      if (conflict) this.set({ conflict });
      else this.say('error', texts.stale);
      return 'conflict';
    }
  }

  /** After a lost connection: what has happened to the rows since may be what was asked for. */
  async #requireUnchanged(known: number): Promise<void> {
    const { version } = await this.client.state();
    if (version > known) throw new Refused(409, { code: 'page.unsure' });
  }

  /** Asks whose text stays, before an edit is sent. */
  dispute(edit: Extract<Edit, { kind: 'cells' }>, seen: SeenEdit, rows: readonly Row[]): void {
    this.set({ conflict: conflictsOf(edit, seen, rows, this.snapshot.state?.columns ?? []) });
  }

  /** What was shown ahead of the server's answer is not so. */
  #restore(edit: Edit | undefined): void {
    if (edit?.kind !== 'cells') return;
    const offsets = this.rows.pagesOf(edit.cells.map(({ row }) => row));
    for (const offset of offsets) void this.fetch(offset);
  }

  applied({ version, rows, counts, undo, redo, finish }: Edited): void {
    this.#own.made(version, rows);
    this.#version = Math.max(this.#version, version);
    for (const row of rows) this.rows.put(row);
    this.back();
    const { state } = this.snapshot;
    this.set({
      tick: this.snapshot.tick + 1,
      ...(state && { state: { ...state, counts, undo, redo, finish, version } }),
    });
  }

  /** Until the server is away; a new one with each call. */
  hearing(): AbortSignal {
    this.#hearing = new AbortController();
    return this.#hearing.signal;
  }

  /** The server is not there. What waits for its news may not notice for as long as it waits. */
  away(): void {
    this.set({ offline: true });
    this.#hearing.abort();
  }

  /** The server is there again: what could not be read meanwhile is asked for. */
  back(): void {
    if (!this.snapshot.offline) return;
    this.set({ offline: false });
    this.touch();
  }

  /** Somebody, perhaps this page, has changed something. */
  async changed(changes: Changes, after: number): Promise<void> {
    const { version, rows, people, status } = changes;
    // News may be faster than the answer to the edit that made them.
    await this.#queue.catch(() => undefined);
    const { state } = this.snapshot;
    this.set({ people });
    this.back();
    if (state && status !== state.status) return await this.load();
    if (!this.#own.cover(after, changes)) await this.refresh(rows);
    this.#version = Math.max(this.#version, version);
  }

  async refresh(ids: readonly RowId[] | 'all'): Promise<void> {
    const offsets = this.rows.pagesOf(ids);
    // What is far away is asked for when it is looked at; the newest pages of the cache are those in view.
    const [far, near] = [offsets.slice(0, -6), offsets.slice(-6)];
    this.rows.forget(far);
    for (const offset of near) this.#asked.delete(offset); // what is on its way may be from before
    await Promise.all(near.map((offset) => this.fetch(offset)));
    await this.load();
  }

  /** One decision or several of one stage; what comes of them is shown once all are made. */
  async decide(...decisions: readonly Decision[]): Promise<boolean> {
    try {
      let state: State | undefined;
      for (const decision of decisions) state = await this.client.decide(decision);
      if (!state) return true;
      // Rows that were looked at before are not those that the file has now.
      this.set({ view: undefined });
      this.took(state);
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** Resolves to what has to be confirmed first. */
  async finish(confirmed: boolean): Promise<Confirmation | undefined> {
    this.set({ saving: this.snapshot.saving + 1 });
    try {
      await this.#queue.catch(() => undefined);
      const sent = this.snapshot.state?.finish.deliver;
      // Ending twice is ending once.
      const state = await insist(async () => await this.client.finish(this.#version, confirmed), this.#waiting);
      this.took(state);
      if (state.status !== 'review') this.set({ sent });
      // The import's owner may have a say at the end.
      else for (const { code, message } of state.reasons) if (code === 'FINISH_CANCELLED') this.say('error', plain(message));
      return state.confirmation;
    } catch (error) {
      this.failed(error);
      return undefined;
    } finally {
      this.set({ saving: this.snapshot.saving - 1 });
    }
  }
}
