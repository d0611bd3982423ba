/** Runs in a thread of its own: texts in, csv lines of those that are phone numbers out. */
import { parentPort, workerData } from 'node:worker_threads';
import { phoneOf, type PhoneMeaning } from './phone.ts';

const meaning = workerData as PhoneMeaning; // set by openKnown
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

parentPort?.on('message', (texts: readonly string[]) => {
  const lines = texts.flatMap((text) => {
    const phone = phoneOf(text, meaning);
    return phone ? [`${[text, phone.result, phone.shown].map(quoted).join(',')}\n`] : [];
  });
  parentPort?.postMessage(lines.join(''));
});
