/** A csv file as it stands whose beginning leaves no choice: all that is to know of it, from a single look at the rest. */
import { isWireCsv } from '../../sdk/file-bytes.ts';
import type { Context } from '../../sdk/index.ts';
import { declaredNames, declaredTypes } from './declared.ts';
import { proveCsv } from './infer-csv.ts';
import { dialectOfHead } from './input/csv.ts';
import { encodingOfHead } from './input/encoding.ts';
import { packingOf, seems, type FileFacts } from './input/inspect.ts';
import { leadOf } from './input/lead.ts';
import type { Found } from './input/plain.ts';
import type { FileConfig } from './location.ts';
import { field, mostColumns, type FileContent, type OpenedFile } from './schema.ts';

/** Undefined where it must be looked at more closely. Throws `file.format` for columns that were named wrongly, `run.cancelled`. */
export async function provenContent(
  file: Found & FileFacts,
  config: FileConfig,
  context: Context,
  asking: { readonly lengths?: boolean },
): Promise<FileContent | undefined> {
  const { head } = file;
  const wanted = config.format === 'csv' && config.infer && config.encoding === undefined;
  const encoding = encodingOfHead(head)?.encoding ?? 'utf-8';
  const plain = packingOf(head) === undefined && seems(head) === undefined && leadOf(head).bytes === 0;
  const guess = wanted && plain && encoding === 'utf-8' ? dialectOfHead(file, config) : undefined;
  if (!guess || guess.settled.names.length > mostColumns) return undefined;
  const { dialect, names, notes } = guess.settled;
  const { guessed: _proven, ...csv } = dialect;
  const schema = { fields: declaredNames(config, names).map((name) => field(name, { kind: 'text' })) };
  const opened: OpenedFile = { ...file, notes, lines: { of: 'file', before: 0 }, schema, csv };
  const content = { files: [opened], schema: declaredTypes(config, schema), wire: isWireCsv(opened), notes };
  return await proveCsv(content, context, asking);
}
