/**
 * Figures as text. Pure functions without JupyterLab, tested in tests/js/format.test.ts.
 * Units (s, MiB) are the same in every language, so nothing here is translated.
 */

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const FLOP_UNITS = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP'];

/** A number with about three significant digits: 0.0042, 1.23, 12.3, 123, 1234. */
export function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < 0.0995) {
    return String(Number(value.toPrecision(2)));
  }
  if (size >= 99.95 || Number.isInteger(value)) {
    return value.toFixed(0);
  }
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

/** Bytes in binary units: 0 B, 512 B, 1.5 KiB, 24.0 MiB. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.95 would be printed as 1024: step to the next unit before that.
  while (Math.abs(value) >= 1023.95 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : 1;
  return `${withoutMinusZero(value.toFixed(digits))} ${BYTE_UNITS[unit]}`;
}

/** A difference in bytes, always with its sign: +4.0 MiB, -12.0 KiB, 0 B. */
export function formatBytesChange(bytes: number): string {
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes);
}

/** Seconds in the unit that fits: 0 s, 850 ns, 12.3 µs, 4.56 ms, 1.23 s, 2 min 05 s. */
export function formatSeconds(seconds: number): string {
  if (seconds <= 0) {
    return '0 s';
  }
  if (seconds >= 59.995) {
    return formatMinutes(seconds);
  }
  if (seconds >= 0.9995) {
    return `${threeDigits(seconds)} s`;
  }
  if (seconds >= 0.9995e-3) {
    return `${threeDigits(seconds * 1e3)} ms`;
  }
  if (seconds >= 0.9995e-6) {
    return `${threeDigits(seconds * 1e6)} µs`;
  }
  return `${threeDigits(seconds * 1e9)} ns`;
}

/** Processor seconds per wall second, i.e. cores kept busy; null if the cell was too short to divide. */
export function coresUsed(
  cpuSeconds: number,
  wallSeconds: number
): number | null {
  return wallSeconds > 0 ? cpuSeconds / wallSeconds : null;
}

/** A share of the whole for a bar, clipped to 0..1; 0 where either is unknown. */
export function share(part: number | null, whole: number | null): number {
  if (part === null || whole === null || whole <= 0) {
    return 0;
  }
  return Math.min(1, Math.max(0, part / whole));
}

/** A share in percent, without more digits than it is worth: 0.4 %, 12 %, 100 %. */
export function formatPercent(part: number): string {
  const percent = 100 * part;
  if (percent > 0 && percent < 0.05) {
    return '< 0.1 %';
  }
  const digits = percent !== 0 && Math.abs(percent) < 0.95 ? 1 : 0;
  return `${withoutMinusZero(percent.toFixed(digits))} %`;
}

/** A number of things: 7, 12 345. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Floating-point operations: 640 FLOP, 2.10 MFLOP, 1.5 GFLOP. */
export function formatFlops(flops: number): string {
  const power = Math.max(0, Math.floor(Math.log10(Math.max(flops, 1)) / 3));
  const [value, unit] = scaled(flops, Math.min(power, FLOP_UNITS.length - 1));
  return `${threeDigits(value)} ${FLOP_UNITS[unit]}`;
}

/** A value next to the unit it is printed in: 999.6 k becomes 1 M. */
function scaled(value: number, power: number): [number, number] {
  const small = value / 1000 ** power;
  return small >= 999.5 && power < FLOP_UNITS.length - 1
    ? [small / 1000, power + 1]
    : [small, power];
}

function formatMinutes(seconds: number): string {
  const whole = Math.round(seconds);
  const rest = String(whole % 60).padStart(2, '0');
  return `${Math.floor(whole / 60)} min ${rest} s`;
}

function withoutMinusZero(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}
