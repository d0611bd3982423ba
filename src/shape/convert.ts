/**
 * The staged lane: DuckDB opens a document as text, filters, renames, converts and judges its values, and hands over one document
 * or fills a table. What comes out does so while the input is read, once: whoever takes it must be able to forget it again.
 * Where refused rows are allowed, they come out of the same scan among the good ones, marked; a table takes none, so that they
 * are looked for in a second one.
 */
import { HeadgateError } from '../domain/error.ts';
import type { RejectLimit } from '../domain/policy.ts';
import { checkCsv, checkUnchanged } from '../sdk/file-bytes.ts';
import type { Duck, FileRef } from '../sdk/index.ts';
import { documentName, refs, type Lenient } from './document.ts';
import { type Judged } from './judge.ts';
import { placeRejects } from './places.ts';
import { checkFilter, openPass, prepare, type Pass, type Prepared, type Shaping } from './pass.ts';
import {
  collectRejects,
  firstRejected,
  forgetErrors,
  hasErrors,
  recordSql,
  refusedIn,
  refusedLines,
  table as refusedTable,
  writeRejects,
} from './rejects.ts';
import { Misread, ofRows } from './misread.ts';
import { passesMarked, standing, writeGood, writeMarked, writeStanding, type Outlet, type Warned } from './write.ts';

export interface ConvertStep extends Shaping {
  readonly outlet: Outlet;
  /** The file's own records fit the outlet: they go as they stand, where they may. */
  readonly passThrough?: boolean;
  /** `file` is overwritten: one csv line with a header per refused field; with `records`, the whole row at its end. */
  readonly rejects: RejectLimit & { readonly file?: string; readonly records?: boolean };
}

/** `rows` were written, `rejected` were not; rows that the filter left out are in neither. */
export interface Converted {
  readonly rows: number;
  readonly rejected: number;
  readonly warned: readonly Warned[];
}

/**
 * Throws `value.invalid` or `file.format` at limit 0, naming the first refused row and their number; `rejects.limit` past
 * another limit; `stream.query` for a bad filter; `file.changed`; `disk.full`; and what the outlet throws. What has come out before
 * that is worth nothing.
 */
export async function convert(duck: Duck, step: ConvertStep): Promise<Converted> {
  const { input } = step;
  for (const file of refs(input)) await checkUnchanged(file);
  const prepared = prepare(step);
  if (step.where !== undefined) await checkFilter(duck, step);
  const stop = new AbortController();
  const checked = checkBeside(step, stop.signal);
  checked.catch(() => undefined);
  try {
    const answer = step.rejects.limit === 0 ? await strictly(duck, step, prepared) : await leniently(duck, step, prepared);
    await checked;
    for (const file of refs(input)) await checkUnchanged(file);
    return answer;
  } catch (error) {
    // What is wrong with a file explains what DuckDB makes of its rows.
    if (error instanceof HeadgateError && ofRows.includes(error.code)) {
      await checked;
      const file = guessed(step);
      if (file) throw new Misread(file, error);
    }
    throw error;
  } finally {
    stop.abort();
  }
}

/** Files that nobody has read to their end are, beside: nothing is visible before the publish. What passes through is read anyway. */
async function checkBeside(step: ConvertStep, signal: AbortSignal): Promise<void> {
  if (standing(step)) return;
  await Promise.all(refs(step.input).map(async (file) => await checkCsv(file, signal)));
}

const lenient: Lenient = { errors: 'record_errors', scans: 'record_scans' };

/** The first thing that is wrong ends it; then all are counted. */
async function strictly(duck: Duck, step: ConvertStep, prepared: Prepared): Promise<Converted> {
  const { input, scratch } = step;
  try {
    const engine = engineOf(step, duck);
    const file = standing(step);
    const pass = await openPass(engine, step, prepared);
    const { rows, warned } = file
      ? await writeStanding(engine, step, file, prepared, pass)
      : await writeGood(engine, step, prepared, pass);
    return { rows, rejected: 0, warned };
  } catch (error) {
    // Everything else (a full disk, a cancelled run) is no fault of the rows.
    const ofThem =
      error instanceof HeadgateError &&
      !(error instanceof Misread) &&
      ['value.invalid', 'file.format', 'query.invalid'].includes(error.code);
    if (!ofThem) throw error;
    const { refused, judged } = await lookAgain(duck, step, prepared);
    if (refused === 0) throw error.code === 'value.invalid' ? error : unreadable(step, error);
    await placeRejects(duck, refusedTable, input, scratch);
    await keep(duck, step, judged);
    const { code, words } = await firstRejected(duck, judged);
    throw new HeadgateError(code, `${doing(step)}: ${words}; ${counted(refused)}`);
  }
}

/** Puts the refused rows aside, and stops at the end where they are too many. */
async function leniently(duck: Duck, step: ConvertStep, prepared: Prepared): Promise<Converted> {
  const { rejects, input, scratch } = step;
  const { rows, warned, refused, judged } = await parted(duck, step, prepared);
  if (refused === 0) return { rows, rejected: 0, warned };
  const share = (100 * refused) / (rows + refused);
  const tooMany = (rejects.unit === 'rows' ? refused : share) > rejects.limit;
  // Whoever passes records through knows their lines.
  if ((tooMany || rejects.file !== undefined) && !standing(step)) await placeRejects(duck, refusedTable, input, scratch);
  await keep(duck, step, judged);
  if (!tooMany) return { rows, rejected: refused, warned };
  const [of, limit] = rejects.unit === 'rows' ? ['', ''] : [` (${share.toFixed(1)} %)`, ' %'];
  const { words } = await firstRejected(duck, judged);
  throw new HeadgateError('rejects.limit', `${doing(step)}: ${counted(refused)}${of}, ${rejects.limit}${limit} may be; ${words}`);
}

async function keep(duck: Duck, { rejects, input }: ConvertStep, judged: readonly Judged[]): Promise<void> {
  const { file: path, records = false } = rejects;
  if (path !== undefined) await writeRejects(duck, { path, records, several: refs(input).length > 1 }, judged);
}

interface Parted {
  readonly rows: number;
  readonly warned: readonly Warned[];
  /** Rows. */
  readonly refused: number;
  readonly judged: readonly Judged[];
}

async function parted(duck: Duck, step: ConvertStep, prepared: Prepared): Promise<Parted> {
  const engine = engineOf(step, duck);
  try {
    const pass = await openPass(engine, step, prepared, lenient);
    const file = standing(step);
    if (file ?? passesMarked(step.outlet)) {
      const opened = { ...pass, lenient };
      const { rows, warned, refused } = file
        ? await writeStanding(engine, step, file, prepared, opened)
        : await writeMarked(engine, step, prepared, opened);
      await requireRead(engine, step);
      const judged = errorsOf(pass);
      const collected = await collectRejects(engine, refusedLines(refused), lenient, step.input);
      return { rows, warned, refused: collected, judged };
    }
    const { rows, warned, refused } = await writeGood(engine, step, prepared, { ...pass, lenient });
    const misread = await requireRead(engine, step);
    const clean = refused === 0 && !misread;
    await forgetErrors(engine, lenient);
    const again = clean ? { refused: 0, judged: [] } : await lookAgain(duck, step, prepared);
    return { rows, warned, ...again };
  } catch (error) {
    throw error instanceof HeadgateError && error.code === 'query.invalid' ? unreadable(step, error) : error;
  }
}

/**
 * Has the reader met records that are no rows? They throw where a file was not like that: it leaves them out, so that records
 * that pass through were judged by the verdicts of others, and a guess was wrong.
 */
async function requireRead(duck: Duck, step: ConvertStep): Promise<boolean> {
  const found = await hasErrors(duck, lenient);
  const file = standing(step) ?? guessed(step);
  if (found && file) throw new Misread(file);
  return found;
}

const guessed = ({ input }: Shaping): FileRef | undefined => refs(input).find(({ csv }) => csv?.guessed);

/** Reads the document once more only to find out which rows are refused and why. */
async function lookAgain(duck: Duck, step: ConvertStep, prepared: Prepared): Promise<Pick<Parted, 'refused' | 'judged'>> {
  try {
    const pass = await openPass(duck, step, prepared, lenient);
    const judged = errorsOf(pass);
    const refused = await collectRejects(duck, refusedIn(pass.numbered, judged, lenient, recordSql(step)), lenient, step.input);
    return { refused, judged };
  } catch (error) {
    throw error instanceof HeadgateError && error.code === 'query.invalid' ? unreadable(step, error) : error;
  }
}

const errorsOf = ({ judged }: Pass): readonly Judged[] => judged.filter(({ level }) => level === 'error');

/** Rows become those of a table where the table is; row numbers need an engine that keeps their order. */
const engineOf = ({ outlet }: ConvertStep, duck: Duck): Duck => ('table' in outlet ? outlet.duck : duck);

const doing = ({ input }: Shaping): string => `converting ${documentName(input)}`;

const counted = (rows: number): string => `${rows} ${rows === 1 ? 'row is' : 'rows are'} refused`;

const unreadable = (step: Shaping, cause: unknown): HeadgateError =>
  new HeadgateError('file.format', `${doing(step)}: its content cannot be parsed`, {
    hint: 'line ends may be mixed, or a quote may stand open',
    cause,
  });
