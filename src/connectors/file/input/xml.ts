/** XML as a stream of its tags: nothing is kept, and there are no entities but those of the language. */
import { SaxesParser } from 'saxes';
import { HeadgateError } from '../../../domain/error.ts';

export type Attributes = Readonly<Record<string, string>>;

export interface Handlers {
  open?(tag: string, attributes: Attributes): void;
  text?(text: string): void;
  close?(tag: string): void;
}

export async function* textOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** Tags without their prefix. After each piece of XML the caller may take what came of it. Throws `file.format`. */
export async function* parseXml(
  name: string,
  xml: AsyncIterable<string> | undefined,
  handlers: Handlers,
): AsyncGenerator<undefined> {
  const parser = new SaxesParser();
  const local = (tag: string): string => tag.slice(tag.indexOf(':') + 1);
  parser.on('opentag', (tag) => handlers.open?.(local(tag.name), tag.attributes));
  parser.on('text', (value) => handlers.text?.(value));
  parser.on('cdata', (value) => handlers.text?.(value));
  parser.on('closetag', (tag) => handlers.close?.(local(tag.name)));
  try {
    for await (const piece of xml ?? []) {
      parser.write(piece);
      yield;
    }
    if (xml) parser.close();
  } catch (error) {
    if (error instanceof HeadgateError) throw error;
    // The parser's own words quote the content.
    throw new HeadgateError('file.format', `reading ${name}: the XML in it is damaged`, { cause: error });
  }
}

export async function readXml(name: string, xml: AsyncIterable<string> | undefined, handlers: Handlers): Promise<void> {
  for await (const _piece of parseXml(name, xml, handlers));
}
