/** Where a row of the file stands in a view, whose rows are in the order of the file with those that were added behind them. */

/** Line of the file by position; `null` = added by hand. */
type LineAt = (position: number) => Promise<number | null>;

/** The position of the line, or of the first one behind it; `undefined` = there is neither. Asks some twenty times in a million rows. */
export async function positionOfLine(line: number, total: number, lineAt: LineAt): Promise<number | undefined> {
  let [low, high] = [0, total];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await lineAt(middle);
    if (found !== null && found < line) low = middle + 1;
    else high = middle;
  }
  return low < total && (await lineAt(low)) !== null ? low : undefined;
}
