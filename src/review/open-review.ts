/** A review whose rows are at hand: what is asked of them, one after the other. */
import { randomBytes } from 'node:crypto';
import { HeadgateError } from '../domain/error.ts';
import type { Duck } from '../sdk/index.ts';
import type { Hooking } from '../shape/assess/work.ts';
import { applyEntry, type Pending } from './apply.ts';
import type { Choices } from './choices.ts';
import { cellsSaid, countRows, recounted, type CellCounts, type ReviewCounts } from './counts.ts';
import { dateFields, type DateField } from './dates.ts';
import type { Entry, Logged, Replacement } from './edit.ts';
import { foresee, type Foreseen } from './foresee.ts';
import { groupsOf, undecided, unknownTexts, type Group } from './groups.ts';
import { History } from './history.ts';
import { layout, planOf, type Plan } from './plan.ts';
import {
  openView,
  rowsOf,
  seekProblem,
  viewedIds,
  type Opened,
  type Problem,
  type Seeking,
  type ShownRow,
  type Wanted,
} from './windows.ts';

export interface Opening {
  /** A connection of its own to the file that `buildReview` made. */
  readonly duck: Duck;
  readonly choices: Choices;
  /** The seq of the entry that began it. */
  readonly from: number;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
  /** Absent = there are no hooks; ends with the review. */
  readonly hooking?: Hooking | undefined;
}

/** Views that are kept at the same time: the oldest goes. */
const mostViews = 24;
/** Rows that are named one by one. */
const named = 1000;

export interface FirstRow {
  /** Its number in the file, as people count: from 1. */
  readonly line: number;
  readonly texts: readonly string[];
}

export class OpenReview implements AsyncDisposable {
  readonly duck: Duck;
  /** Another one once hooks have written what nobody had written before. */
  plan: Plan;
  readonly choices: Choices;
  readonly from: number;
  readonly history = new History();
  readonly scratch: string;
  readonly #hooking: Hooking | undefined;
  /** Name → number of rows. */
  readonly #views = new Map<string, number>();
  #counts: ReviewCounts | undefined;
  #cells: CellCounts | undefined;
  #asks: boolean | undefined;
  #undated: readonly string[] | undefined;
  /** What the rows hold. */
  applied: number;
  /** What the history holds. */
  known: number;
  /** The last entry that has changed rows: what is said of them is none. */
  edited: number;

  private constructor({ duck, choices, from, scratch, hooking }: Opening, plan: Plan, applied: number) {
    this.duck = duck;
    this.plan = plan;
    this.choices = choices;
    this.from = from;
    this.applied = applied;
    this.known = from;
    this.edited = from;
    this.scratch = scratch;
    this.#hooking = hooking;
  }

  static async open(opening: Opening): Promise<OpenReview> {
    const { duck } = opening;
    const [[found = null, applied = null] = []] = await duck.rows('select layout, applied from about');
    const plan = planOf(layout.parse(JSON.parse(found ?? 'null')));
    return new OpenReview(opening, plan, Number(applied));
  }

  /** Are there rows, or does somebody have to say first what the file is? */
  get hasRows(): boolean {
    return this.plan.layout.header !== null && this.plan.layout.blocks.length === 0;
  }

  /** In a transaction that its answer ends; `version` = what whoever changes has seen, absent = it stands in the log. Throws `request.invalid`, `StaleEdit`. */
  async begin(logged: Logged & { readonly entry: Exclude<Entry, { kind: 'reread' }> }, version?: number): Promise<Pending> {
    this.#requireRows();
    const { duck, plan } = this;
    const stale = version !== undefined && version < this.applied;
    const open = { duck, plan, scratch: this.scratch, hooking: this.#hooking };
    const pending = await applyEntry(open, logged, { version: stale ? version : undefined, isNew: version !== undefined });
    return {
      ...pending,
      commit: async () => {
        await pending.commit();
        this.applied = logged.seq;
        this.plan = pending.plan;
        this.#counts = undefined;
        for (const { before, after } of pending.recounts) this.#cells &&= recounted(this.#cells, before, after);
        this.add(logged);
      },
    };
  }

  /** Known, and part of the rows already. */
  add({ seq, entry }: { readonly seq: number; readonly entry: Pick<Entry, 'kind'> }): void {
    if (seq <= this.known) return;
    this.known = seq;
    if (entry.kind !== 'told') this.edited = seq;
    this.history.add(seq, entry);
  }

  async counts(): Promise<ReviewCounts> {
    this.#requireRows();
    this.#cells ??= await cellsSaid(this.duck, 'true');
    this.#counts ??= await countRows(this.duck, this.plan, this.#cells);
    return this.#counts;
  }

  async view(wanted: Wanted): Promise<Opened & { readonly view: string }> {
    this.#requireRows();
    // Nobody's name of a view of before is the name of another one.
    const view = randomBytes(8).toString('hex');
    const opened = await openView(this, tableOf(view), wanted);
    this.#views.set(view, opened.total);
    const [oldest] = this.#views.keys();
    if (this.#views.size > mostViews && oldest !== undefined) {
      this.#views.delete(oldest);
      await this.duck.run(`drop table ${tableOf(oldest)}`);
    }
    return { view, ...opened };
  }

  /** Throws `object.missing` for a view that is no more: it is asked for anew. */
  totalOf(view: string): number {
    const total = this.#views.get(view);
    if (total === undefined) throw new HeadgateError('object.missing', 'this view is no more: ask for it again');
    return total;
  }

  async idsOf(view: string, offset: number, limit: number): Promise<readonly number[]> {
    this.totalOf(view);
    return await viewedIds(this, tableOf(view), offset, limit);
  }

  async rows(ids: readonly number[]): Promise<readonly ShownRow[]> {
    return await rowsOf(this, ids);
  }

  async problem(view: string, seeking: Seeking): Promise<Problem | undefined> {
    this.totalOf(view);
    return await seekProblem(this, tableOf(view), seeking);
  }

  async groups(): Promise<readonly Group[]> {
    this.#requireRows();
    return await groupsOf(this);
  }

  async unknownTexts(field: string): Promise<Group['values']> {
    this.#requireRows();
    return await unknownTexts(this, field);
  }

  /** Does somebody have to say what texts mean, before anything is changed? Not of fields with more than `most` such texts. */
  async asksForValues(most: number): Promise<boolean> {
    if (this.applied > this.from) return false;
    this.#asks ??= await undecided(this, this.choices, most);
    return this.#asks;
  }

  /** How days may be read that are read only as somebody agrees to. */
  async dates(unfixed: readonly string[]): Promise<readonly DateField[]> {
    this.#requireRows();
    return unfixed.length === 0 ? [] : await dateFields(this, this.choices, unfixed);
  }

  /** Fields of which nobody has said that, before anything is changed. */
  async undatedFields(unfixed: readonly string[]): Promise<readonly string[]> {
    if (!this.hasRows || this.edited > this.from) return [];
    this.#undated ??= (await this.dates(unfixed)).flatMap(({ field, choice }) => (choice === null ? [field] : []));
    return this.#undated;
  }

  async foresee(wanted: Replacement): Promise<Foreseen> {
    this.#requireRows();
    return await foresee(this, wanted);
  }

  /** Rows that may look otherwise than at that version; `all` where they are too many to name. */
  async changedAfter(version: number): Promise<readonly number[] | 'all'> {
    const found = await this.duck.rows(`select distinct id from touched where seq > ${version} order by id limit ${named + 1}`);
    return found.length > named ? 'all' : found.map(([id]) => Number(id));
  }

  /** The first rows of the file as they stand, those above the names included. */
  async firstRows(): Promise<readonly FirstRow[]> {
    const rows = await this.duck.rows('select n + 1, * exclude n from preview order by n');
    return rows.map(([line, ...texts]) => ({ line: Number(line), texts: texts.map((text) => text ?? '') }));
  }

  #requireRows(): void {
    if (!this.hasRows) throw new HeadgateError('object.conflict', 'there are no rows yet: say first what the file is');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hooking?.sandbox[Symbol.asyncDispose]();
    await this.duck[Symbol.asyncDispose]();
  }
}

/** Names in this table are known. */
const tableOf = (view: string): string => `view_${view}`;
