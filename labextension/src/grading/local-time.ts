/** Times as people write them, by the clock of their own computer, and as the server keeps them. Pure. */

/** The last time that a field takes: later ones have years of five digits. */
export const LAST = '9998-12-31T23:59';

/** What `<input type="datetime-local">` shows of a time (ISO 8601): `2026-12-04T23:59`; seconds only where there are some. */
export function localInput(at: string): string {
  const date = new Date(at);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const time = [date.getHours(), date.getMinutes()];
  const seconds = date.getSeconds() === 0 ? '' : `:${two(date.getSeconds())}`;
  return `${day.map(two).join('-')}T${time.map(two).join(':')}${seconds}`;
}

/** The time that such a field holds, with the distance from UTC that holds there and then: `2026-12-04T23:59:00+01:00`. */
export function withOffset(input: string): string {
  const date = new Date(input);
  const minutes = -date.getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), minutes % 60];
  const offset = `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(Math.abs(rest))}`;
  const seconds = `:${two(date.getSeconds())}`;
  return `${localInput(date.toISOString()).slice(0, 16)}${seconds}${offset}`;
}

/** "Europe/Berlin", for who reads the times of somebody elsewhere. */
export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
