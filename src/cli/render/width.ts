/** How wide text is on a terminal, and how it is made safe for one. */

// Control characters would move the cursor or change the screen: values of rows must not be able to.
const control = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g;
const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export function visible(text: string): string {
  return text.replace(control, (char) => names[char] ?? `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

const colour = /\u001b\[[0-9;]*m/g;
// Two columns: CJK, Hangul, full-width forms, emoji.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const none = /\p{M}/u;

export function widthOf(text: string): number {
  let width = 0;
  for (const char of text.replace(colour, '')) width += none.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return width;
}

/** Text of at most `width` columns: the middle gives way to `…`, since names differ at both ends. */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const chars = [...text];
  const keep = Math.max(width - 1, 0);
  let head = Math.ceil(keep / 2);
  let tail = keep - head;
  let cut = '';
  do {
    cut = `${chars.slice(0, head).join('')}…${tail > 0 ? chars.slice(-tail).join('') : ''}`;
    if (tail >= head) tail--;
    else head--;
  } while (widthOf(cut) > width && head + tail > 0);
  return cut;
}

export function pad(text: string, width: number, right = false): string {
  const space = ' '.repeat(Math.max(width - widthOf(text), 0));
  return right ? space + text : text + space;
}
