/** Runs in a thread of its own: texts in, csv lines of those that mean something out. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Look, Looked } from './looked.ts';

/** Only what is asked for is loaded: numbering plans and the list of public suffixes are large. */
async function lookOf(meaning: Looked): Promise<(text: string) => Look | undefined> {
  if (meaning.is === 'url') {
    const { urlOf } = await import('./url.ts');
    return (text) => urlOf(text, meaning);
  }
  const { phoneOf } = await import('./phone.ts');
  return (text) => phoneOf(text, meaning);
}

const look = await lookOf(workerData as Looked); // set by openKnown
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

parentPort?.on('message', (texts: readonly string[]) => {
  const lines = texts.flatMap((text) => {
    const found = look(text);
    return found ? [`${[text, found.result, found.shown].map(quoted).join(',')}\n`] : [];
  });
  parentPort?.postMessage(lines.join(''));
});
