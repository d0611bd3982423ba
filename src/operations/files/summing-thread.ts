/** Sums the bytes of many uploads, one behind the other: questions in, in any order of uploads; one answer per question out. */
import { parentPort } from 'node:worker_threads';
import { Sums, type ChecksumName, type Checksums } from './sums.ts';

export type Question =
  | { readonly id: number; readonly names: readonly ChecksumName[] }
  | { readonly id: number; readonly data: Uint8Array }
  | { readonly id: number; readonly end: 'digests' | 'none' };

export interface Answer {
  readonly id: number;
  readonly digests?: Checksums;
}

const open = new Map<number, Sums>();

function answer(question: Question): Answer {
  const { id } = question;
  if ('names' in question) open.set(id, new Sums(question.names));
  else if ('data' in question) open.get(id)?.update(question.data);
  else {
    const sums = open.get(id);
    open.delete(id);
    if (question.end === 'digests' && sums) return { id, digests: sums.digests() };
  }
  return { id };
}

// Only our own side of the channel writes into it.
parentPort?.on('message', (question: Question) => parentPort?.postMessage(answer(question)));
