/** Sizes, rates and times as people read them. */

/** Three digits with a letter: `999`, `212k`, `1.62M` */
export function short(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  let scaled = Math.round(value);
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${scaled.toFixed(digits)}${units[unit] ?? ''}`;
}

/** `12.4 MB`, in powers of 1000 */
export function size(bytes: number): string {
  const text = short(bytes);
  const [, number = text, unit = ''] = /^([\d.]+)(\D?)$/.exec(text) ?? [];
  return `${number} ${unit}B`;
}

/** `0.4 s`, `31 s`, `5:02`, `1:05:02` */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(seconds, 0).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return clock(whole);
}

/** `0:31`, `5:02`, `1:05:02` */
export function clock(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
