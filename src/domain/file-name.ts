/** What rows of a file are called, by the file's name. Pure. */

/** Of a file that is packed, there is a second extension behind the one that tells its format. */
export const packed = /\.(gz|zst|zip)$/i;

/** `orders.csv.gz` holds the stream `orders`; a pattern's stars stand for what differs: so do `orders-*.csv`. */
export function streamOfFile(file: string): string {
  const name = file.replace(packed, '');
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  return stem.includes('*') ? stem.replaceAll('*', '').replace(/^[-_. ]+|[-_. ]+$/g, '') || 'files' : stem;
}
