/** A review goes with what it was about: its log, its rows, its link. */
import { deleteReview } from '../../store/reviews.ts';
import type { Ports } from '../operation.ts';
import { forgetRows } from './open.ts';

export async function removeReview(
  ports: Pick<Ports, 'db' | 'dataDir' | 'reviews'>,
  workspace: number,
  id: string,
): Promise<void> {
  await ports.reviews?.close(`${workspace}/${id}`);
  await deleteReview(ports.db, workspace, id);
  await forgetRows(ports.dataDir, { workspace, id });
}
