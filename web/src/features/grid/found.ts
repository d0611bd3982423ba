/** Where a text holds what is searched for, in capitals or not: as the server looks for it. */

export interface Piece {
  readonly text: string;
  readonly isFound: boolean;
}

/** Together they are the text, letter by letter. Nothing is found where nothing is searched for. */
export function piecesOf(text: string, search: string): Piece[] {
  const [low, wanted] = [text.toLowerCase(), search.toLowerCase()];
  if (wanted === '' || !low.includes(wanted)) return [{ text, isFound: false }];
  // A few letters are two in the other case: places in one are none in the other.
  if (low.length !== text.length) return [{ text, isFound: true }];
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), isFound: false });
    from = at + wanted.length;
    pieces.push({ text: text.slice(at, from), isFound: true });
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isFound: false });
  return pieces;
}

export const holds = (text: string, search: string): boolean => piecesOf(text, search).some(({ isFound }) => isFound);
