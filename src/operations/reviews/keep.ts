/** A run that waits for a person leaves the rows behind as a review opens them: whoever comes first finds them. */
import { createHash } from 'node:crypto';
import { mkdir, realpath, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { buildReview, type Building } from '../../review/build.ts';
import { noChoices, type Choices } from '../../review/choices.ts';
import type { Duck } from '../../sdk/index.ts';

/** Changes with what the file of a review holds: older files are made again. */
const format = 5;

export const reviewFolder = (dataDir: string, workspace: number): string => join(dataDir, 'engine', String(workspace), 'reviews');

/** Resolves to a path whose links are followed. */
export async function openReviewFolder(dataDir: string, workspace: number): Promise<string> {
  const folder = reviewFolder(dataDir, workspace);
  await mkdir(folder, { recursive: true });
  return await realpath(folder);
}

/** `from`: the entry of the log that it begins with. */
export const reviewFile = (folder: string, id: string, from: number): string => join(folder, `${id}.${from}.db`);

/** What a file of rows was made of: the original and its fields are those of the run. */
export const stampOf = (run: string, choices: Choices, from: number): string =>
  createHash('sha256')
    .update(JSON.stringify([format, run, choices, from]))
    .digest('hex');

export interface Kept {
  readonly dataDir: string;
  readonly workspace: number;
  /** Of the review. */
  readonly id: string;
  readonly run: string;
}

/** As nobody has said anything of the file. */
export async function keepRows(
  duck: Duck,
  { dataDir, workspace, id, run }: Kept,
  building: Omit<Building, 'choices' | 'stamp' | 'from'>,
): Promise<void> {
  await buildReview(duck, { ...building, choices: noChoices, stamp: stampOf(run, noChoices, 0), from: 0 });
  await rename(`${building.scratch}.review`, reviewFile(await openReviewFolder(dataDir, workspace), id, 0));
}
