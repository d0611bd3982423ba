/** What may stand before the first record of a csv file: blank lines, and the line with which spreadsheets are told the delimiter. */

export interface Lead {
  /** Together with a byte order mark. */
  readonly bytes: number;
  readonly lines: number;
  /** Of a line `sep=;`. */
  readonly delimiter?: string;
}

const lead = /^(?:\xef\xbb\xbf)?(?:(?:\r\n|\n|\r)*"?sep=([^\r\n"\x80-\xff])"?(?=[\r\n]))?(?:\r\n|\n|\r)*/i;

/** `head` = the first bytes of UTF-8. Readers of csv take the first line for the header, whatever is in it. Pure. */
export function leadOf(head: Buffer): Lead {
  const [found = '', delimiter] = lead.exec(head.toString('latin1')) ?? [];
  const lines = found.match(/\r\n|\n|\r/g)?.length ?? 0;
  // A mark alone bothers nobody, and a file of blank lines has no first record.
  if (lines === 0 || found.length === head.length) return { bytes: 0, lines: 0 };
  return { bytes: found.length, lines, ...(delimiter !== undefined && { delimiter }) };
}

/** The bytes behind the first ones. */
export async function* behind(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
