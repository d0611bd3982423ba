/** XML as JSON lines: the elements that repeat are records, what stands in them are their fields. */
import { HeadgateError } from '../../../domain/error.ts';
import type { FileConfig } from '../location.ts';
import { parseXml, readXml, textOf, type Attributes, type Handlers } from './xml.ts';

type XmlSettings = NonNullable<FileConfig['xml']>;

const mostDepth = 100;
/** Different places of elements, and fields of one record. */
const mostNames = 10_000;
/** Between the texts of one field that stands in a record several times. */
const between = ',';

interface Place {
  count: number;
  /** Under one parent. */
  most: number;
  /** It has attributes, or elements of its own. */
  structured: boolean;
}

const tooMuch = (name: string, what: string): HeadgateError =>
  new HeadgateError('file.limit', `reading ${name}: its XML ${what}`);

/** Of what repeats, and what it belongs to: namespaces and their instructions are no data. */
const ownAttributes = (attributes: Attributes): readonly (readonly [string, string])[] =>
  Object.entries(attributes).filter(([key]) => !/^(?:xmlns|xml|xsi)(?::|$)/.test(key));

/** `bytes` = the same ones each time. One object per line, its values texts. Throws `file.format`, `file.limit`. */
export async function* xmlLines(
  name: string,
  bytes: () => AsyncIterable<Buffer>,
  settings: XmlSettings = {},
): AsyncGenerator<Buffer> {
  const { places, children } = await placesOf(name, bytes());
  const path = recordPath(places, children, settings);
  let lines: string[] = [];
  const reader = new RecordReader(name, path, settings, (record) => lines.push(`${JSON.stringify(record)}\n`));
  for await (const _piece of parseXml(name, textOf(bytes()), reader)) {
    if (lines.length === 0) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
  }
}

interface Places {
  /** By path: `people/person`. */
  readonly places: ReadonlyMap<string, Place>;
  /** Path → the paths below it. */
  readonly children: ReadonlyMap<string, ReadonlySet<string>>;
}

async function placesOf(name: string, bytes: AsyncIterable<Buffer>): Promise<Places> {
  const places = new Map<string, Place>();
  const children = new Map<string, Set<string>>();
  const open: { readonly path: string; readonly counts: Map<string, number> }[] = [];
  await readXml(name, textOf(bytes), {
    open(tag, attributes) {
      const parent = open.at(-1);
      const path = parent ? `${parent.path}/${tag}` : tag;
      const place = places.get(path) ?? { count: 0, most: 0, structured: false };
      places.set(path, place);
      if (places.size > mostNames) throw tooMuch(name, 'has too many different elements');
      if (open.push({ path, counts: new Map() }) > mostDepth) throw tooMuch(name, 'is nested too deeply');
      const here = (parent?.counts.get(tag) ?? 0) + 1;
      parent?.counts.set(tag, here);
      place.count += 1;
      place.most = Math.max(place.most, here);
      place.structured ||= ownAttributes(attributes).length > 0;
      if (!parent) return;
      const above = places.get(parent.path);
      if (above) above.structured = true;
      children.set(parent.path, (children.get(parent.path) ?? new Set()).add(path));
    },
    close: () => void open.pop(),
  });
  return { places, children };
}

const depthOf = (path: string): number => path.split('/').length;
const tagOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** The path of the elements that are records. Pure. */
function recordPath(
  places: Places['places'],
  children: Places['children'],
  { lists = [], guess = true, single = true }: XmlSettings,
): string {
  const byDepth = [...places].toSorted(([a, one], [b, other]) => depthOf(a) - depthOf(b) || other.count - one.count);
  const [root = ''] = byDepth[0] ?? [];
  const named = byDepth.find(([path]) => path !== root && lists.includes(tagOf(path)));
  if (named) return named[0];
  const repeated = guess ? byDepth.filter(([, { most }]) => most > 1) : [];
  // Plain texts that repeat are records only where nothing else stands beside them: else they are a list in one.
  const isRecord = ([path, { structured }]: (typeof byDepth)[number]): boolean =>
    structured || children.get(parentOf(path))?.size === 1;
  const found = repeated.find(isRecord);
  if (found) return found[0];
  const [only, ...others] = children.get(root) ?? [];
  return single && only !== undefined && others.length === 0 && places.get(only)?.structured ? only : root;
}

type Found = (record: Readonly<Record<string, string>>) => void;

/** Puts each record together and hands it on at its end. */
class RecordReader implements Handlers {
  readonly #name: string;
  readonly #path: string;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #found: Found;
  #open: { readonly path: string; text: string; holds: boolean }[] = [];
  #record: Map<string, string> | undefined;

  constructor(name: string, path: string, { names = {} }: XmlSettings, found: Found) {
    this.#name = name;
    this.#path = path;
    this.#aliases = new Map(Object.entries(names));
    this.#found = found;
  }

  open(tag: string, attributes: Attributes): void {
    const parent = this.#open.at(-1);
    if (parent) parent.holds = true;
    const path = parent ? `${parent.path}/${tag}` : tag;
    const own = ownAttributes(attributes);
    this.#open.push({ path, text: '', holds: own.length > 0 });
    if (path === this.#path) this.#record = new Map();
    for (const [key, value] of own) this.#put(`${path}/${key.slice(key.indexOf(':') + 1)}`, value);
  }

  text(text: string): void {
    const at = this.#open.at(-1);
    if (at && this.#record) at.text += text;
  }

  close(): void {
    const ended = this.#open.pop();
    if (!ended || !this.#record) return;
    const text = ended.text.trim();
    // An element without anything in it, attributes included, is an empty field.
    if (text !== '' || !ended.holds) this.#put(ended.path, text);
    if (ended.path !== this.#path) return;
    this.#found(Object.fromEntries(this.#record));
    this.#record = undefined;
  }

  /** Into the field of this path: `a/b` below the record is `a.b`. The text of a record itself is called like it. */
  #put(path: string, value: string): void {
    const record = this.#record;
    if (!record) return;
    const isSelf = path === this.#path;
    if (isSelf && value === '') return;
    const full = isSelf ? tagOf(path) : path.slice(this.#path.length + 1).replaceAll('/', '.');
    const field = this.#aliases.get(full) ?? this.#aliases.get(tagOf(path)) ?? full;
    const before = record.get(field);
    record.set(field, before === undefined ? value : `${before}${between}${value}`);
    if (record.size > mostNames) throw tooMuch(this.#name, 'has too many fields');
  }
}
