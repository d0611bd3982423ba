/** How many sessions a source has to put up with, where nobody says otherwise. */
import { availableParallelism } from 'node:os';

/** Below this many bytes a table is read in one piece: a partition costs a connection and the start of a scan. */
export const partitionBytes = 256 * 1024 * 1024;

/** Readers at the same time. */
export const usualReaders = (): number => Math.min(availableParallelism(), 4);
