import { HeadgateError } from '../../domain/error.ts';
import type { Finding } from '../../sdk/index.ts';

/** What a look at a server found; where it ended with an error of ours, that is the finding. */
export async function findingsOf(look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    return [{ level: 'error', code: error.code, message: error.message, hint: error.hint }];
  }
}
