/** Where a CSV file goes wrong: read once more, by the one who has to say it. */
import { createReadStream } from 'node:fs';

const quote = 0x22;
const lf = 0x0a;
const breaks: ReadonlySet<number> = new Set([0x2c, lf, 0x0d, quote]);

/**
 * The line, from 1, of the first quote inside a value that is not quoted, of the first zero byte, or of the value that is not closed;
 * undefined where the file has none of them any more.
 */
export async function faultyLine(path: string, signal?: AbortSignal): Promise<number | undefined> {
  let [line, opened, before, quoted] = [1, 1, lf, false];
  for await (const chunk of createReadStream(path, { ...(signal && { signal }) })) {
    for (const byte of chunk as Buffer) {
      if (byte === 0) return line;
      if (before === quote && !quoted && !breaks.has(byte)) return line;
      if (byte === quote) {
        if (!quoted && !breaks.has(before)) return line;
        if (!quoted && before !== quote) opened = line;
        quoted = !quoted;
      }
      if (byte === lf) line += 1;
      before = byte;
    }
  }
  return quoted ? opened : undefined;
}
