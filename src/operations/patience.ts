/** Whatever comes first. Throws what `late` makes after that many milliseconds. */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(late()), ms)));
  return await Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
