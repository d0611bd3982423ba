/** Colours as `#rrggbb`: how light they are, and how well one is read on another. Pure. */

export type Colour = `#${string}`;

const parts = (colour: Colour): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** From 0, black, to 1, white, as the eye sees it. */
export function lightness(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = parts(colour)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1, the same, to 21, black on white. */
export function contrast(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [lightness(one), lightness(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** `share` of the second colour in the first, 0 to 1. */
export function mixed(first: Colour, second: Colour, share: number): Colour {
  const other = parts(second);
  const both = parts(first).map((part, at) => Math.round(part + ((other[at] ?? 0) - part) * share));
  return `#${both.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** The colour, or the one next to it, towards black or white, that can be read on that paper: text wants 4.5, as WCAG asks. */
export function readable(colour: Colour, paper: Colour, wanted = 4.5): Colour {
  const end: Colour = contrast('#000000', paper) >= contrast('#ffffff', paper) ? '#000000' : '#ffffff';
  for (let share = 0; share < 1; share += 0.05) {
    const now = mixed(colour, end, share);
    if (contrast(now, paper) >= wanted) return now;
  }
  return end;
}
