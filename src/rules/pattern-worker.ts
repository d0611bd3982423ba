/** Runs in a thread of its own, which is ended when a pattern takes too long: texts in, one mark per text out. */
import { parentPort, workerData } from 'node:worker_threads';

const { pattern, flags } = workerData as { readonly pattern: string; readonly flags: string }; // set by searchTexts
const search = new RegExp(pattern, flags);

parentPort?.on('message', (texts: readonly string[]) => {
  parentPort?.postMessage(texts.map((text) => search.test(text)));
});
