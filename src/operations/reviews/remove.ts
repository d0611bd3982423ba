/** A review goes with what it was about: its log, its rows, its link. */
import { deleteReview, holdReview } from '../../store/reviews.ts';
import { discardFile } from '../files/store.ts';
import type { Ports } from '../operation.ts';
import { forgetRows } from './open.ts';

/** In the transaction in which that goes, with the rows that it has delivered; `forgetReview` comes behind it. */
export async function removeReview(ports: Pick<Ports, 'db' | 'clock'>, workspace: number, id: string): Promise<void> {
  const row = await holdReview(ports.db, workspace, id);
  if (row?.file_id != null) await discardFile(ports, workspace, row.file_id);
  await deleteReview(ports.db, workspace, id);
}

/** What this machine has made of it. */
export async function forgetReview(ports: Pick<Ports, 'dataDir' | 'reviews'>, workspace: number, id: string): Promise<void> {
  await ports.reviews?.close(`${workspace}/${id}`);
  await forgetRows(ports.dataDir, { workspace, id });
}
