/** Files under numbers. What a number stands for may be replaced: bytes of ours never change. */
import type { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { requireGrant } from '../../../operations/access.ts';
import type { fileView } from '../../../operations/files/file.ts';
import { getFile } from '../../../operations/files/get.ts';
import { keepFile } from '../../../operations/files/keep.ts';
import { perform } from '../../../operations/operation.ts';
import { listRuns } from '../../../operations/runs/list.ts';
import { runOutputs } from '../../../operations/runs/outputs.ts';
import type { RouteContext } from '../../dialect.ts';
import { missing } from './route.ts';

const kind = 'file';

export interface FileData {
  readonly name?: string;
  readonly description?: string | null;
  /** A principal. */
  readonly author?: string;
  /** How many parts were announced. */
  readonly parts?: number;
  /** The file of ours that took the place of the first one. */
  readonly content?: string;
  /** Pipelines whose runs put another one in its place. */
  readonly changing?: readonly string[];
  readonly projects?: readonly number[];
}

export interface StoredFile {
  readonly number: number;
  /** The file of ours, as it was first. */
  readonly object: string;
  readonly data: FileData;
  readonly file: z.output<typeof fileView>;
}

type Row = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

const dataOf = (row: Row): FileData => row.data as FileData; // written below
const plain = (data: FileData): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>; // plain data

async function opened(context: RouteContext, row: Row): Promise<StoredFile> {
  const data = await settled(context, row);
  const file = await perform(getFile, context, { file: data.content ?? row.object_id }).catch((error: unknown) => {
    throw error instanceof HeadgateError && error.code === 'object.missing' ? missing('file') : error;
  });
  return { number: Number(row.external_id), object: row.object_id, data, file };
}

interface Change {
  readonly at: string;
  readonly file: string;
}

/** What the last run of such a pipeline has made is the content from then on. */
async function settled(context: RouteContext, row: Row): Promise<FileData> {
  const data = dataOf(row);
  let last: Change | undefined;
  for (const pipeline of data.changing ?? []) {
    const made = await lastMade(context, pipeline);
    if (made && (last === undefined || made.at > last.at)) last = made;
  }
  if (last === undefined || last.file === data.content) return data;
  const changed = { ...data, content: last.file };
  await context.objects.update(kind, row.external_id, plain(changed));
  await keepAsLong(context, data.content ?? row.object_id, last.file);
  return changed;
}

async function keepAsLong(context: RouteContext, before: string, after: string): Promise<void> {
  try {
    const { expires_at } = await perform(getFile, context, { file: before });
    await perform(keepFile, context, { file: after, expires_at });
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code === 'internal.unexpected') throw error;
  }
}

async function lastMade(context: RouteContext, pipeline: string): Promise<Change | undefined> {
  try {
    const { data } = await perform(listRuns, context, { pipeline, state: 'succeeded', limit: 1 });
    const [run] = data;
    if (!run) return undefined;
    const [made] = (await perform(runOutputs, context, { run: run.id })).data;
    return made?.file == null ? undefined : { at: run.finished_at ?? '', file: made.file };
  } catch (error) {
    // Who may not look at runs sees the file as it was when somebody looked who may.
    if (error instanceof HeadgateError && /^(?:access\.|object\.missing)/.test(error.code)) return undefined;
    throw error;
  }
}

/** Throws `object.missing`. */
export async function requireStoredFile(context: RouteContext, number: number | string): Promise<StoredFile> {
  const row = await context.objects.find(kind, String(number));
  if (!row) throw missing('file');
  return await opened(context, row);
}

export async function insertStoredFile(context: RouteContext, object: string, data: FileData): Promise<StoredFile> {
  const number = await context.objects.number(kind);
  return await opened(
    context,
    await context.objects.insert({ kind, external_id: String(number), object_id: object, data: plain(data) }),
  );
}

/** Throws `access.grant`. */
export async function updateStoredFile(
  context: RouteContext,
  { number, data, file }: StoredFile,
  changes: FileData,
): Promise<StoredFile> {
  await requireGrant(context, { kind: 'file', ref: file.id, level: 'write' });
  const row = await context.objects.update(kind, String(number), plain({ ...data, ...changes }));
  if (!row) throw missing('file');
  return await opened(context, row);
}

export async function ownStoredFile({ objects }: RouteContext, number: string, principal: string): Promise<void> {
  const row = await objects.hold(kind, number);
  if (row) await objects.update(kind, number, plain({ ...dataOf(row), author: principal }));
}

/** The number of a file of ours, which a run may have made. */
export async function fileNumber({ objects }: RouteContext, object: string): Promise<number> {
  return Number((await objects.numbered(kind, object, kind)).external_id);
}

/** The ids of ours for numbers. Throws `request.invalid` where one is not there, or has no content. */
export async function contentsOf(context: RouteContext, numbers: readonly number[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const number of numbers) {
    const found = await requireStoredFile(context, number).catch((error: unknown) => {
      const gone = error instanceof HeadgateError && error.code === 'object.missing';
      throw gone ? new HeadgateError('request.invalid', `there is no file ${number}`) : error;
    });
    if (found.file.state !== 'ready') throw new HeadgateError('request.invalid', `the file ${number} has no content`);
    ids.push(found.file.id);
  }
  return ids;
}
