/** Patterns that may take forever where JavaScript decides them: `(a+)+`. Pure. */

interface Open {
  /** Of the alternative: must something be there that is not repeated without end? */
  fixed: boolean;
  /** Is something in it repeated without end? */
  endless: boolean;
  /** Of an alternative before. */
  risky: boolean;
}

const fresh = (): Open => ({ fixed: false, endless: false, risky: false });
const isRisky = ({ fixed, endless, risky }: Open): boolean => risky || (endless && !fixed);

/**
 * Does it repeat without end what is nothing but repeats without end? Where something stands between them, as in `(?:[a-z]+\\.)+`, a text
 * can only be read in one way.
 */
export function hasNestedRepeats(pattern: string): boolean {
  const groups: Open[] = [fresh()];
  const tokens = pattern.matchAll(
    /(\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\)|\||[\s\S])([*+?]\??|\{\d+(?:,\d*)?\}\??)?/g,
  );
  for (const [whole, atom = '', repeat = ''] of tokens) {
    const open = groups.at(-1) ?? fresh();
    if (atom.startsWith('(') && atom !== whole) return true;
    if (atom.startsWith('(')) groups.push(fresh());
    else if (atom === '|') Object.assign(open, { fixed: false, endless: false, risky: isRisky(open) });
    else {
      const inner = atom === ')' ? (groups.pop() ?? fresh()) : undefined;
      const around = groups.at(-1) ?? fresh();
      const isEndless = /^(?:[*+]|\{\d+,\})/.test(repeat);
      if (inner && isEndless && isRisky(inner)) return true;
      if (isEndless || (inner && isRisky(inner))) around.endless = true;
      else if (!/^(?:\?|\{0)/.test(repeat) && !/^(?:\^|\$|\\[bB])$/.test(atom)) around.fixed = true;
    }
  }
  return false;
}
