/** Runs in a thread of its own, which is ended when a pattern takes too long: texts in, one mark per text out. */
import { parentPort, workerData } from 'node:worker_threads';

const { pattern, ignoreCase } = workerData as { readonly pattern: string; readonly ignoreCase: boolean }; // set by searchTexts
const search = new RegExp(pattern, ignoreCase ? 'iu' : 'u');

parentPort?.on('message', (texts: readonly string[]) => {
  parentPort?.postMessage(texts.map((text) => search.test(text)));
});
