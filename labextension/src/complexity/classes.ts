/** Classes of growth as formulas in `n`, and with several sizes as products of powers. Pure. */

/** The classes that can be predicted, slowest growth first. */
export const CLASSES = [
  '1',
  'log n',
  'sqrt n',
  'n',
  'n log n',
  'n^2',
  'n^2 log n',
  'n^3',
  '2^n'
] as const;

const FORMULAS: Record<string, (n: number) => number> = {
  '1': () => 1,
  'log n': n => Math.log(n),
  'sqrt n': Math.sqrt,
  n: n => n,
  'n log n': n => n * Math.log(n),
  'n^2': n => n ** 2,
  'n^2 log n': n => n ** 2 * Math.log(n),
  'n^3': n => n ** 3
};

/** Powers that have a name of their own. */
const NAMED_POWERS: Record<number, string> = {
  0: '1',
  0.5: 'sqrt n',
  1: 'n'
};

/** Exponent of a pure power of n, `n^1.6` or `sqrt n`; null for other classes. */
export function powerOf(growth: string): number | null {
  const named = Object.entries(NAMED_POWERS).find(
    ([, name]) => name === growth
  );
  if (named !== undefined) {
    return Number(named[0]);
  }
  const match = /^n\^(\d+(?:\.\d+)?)$/.exec(growth);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** `n^k` under its usual name: k = 1 is n, k = 0.5 sqrt n. */
export function powerClass(exponent: number): string {
  return NAMED_POWERS[exponent] ?? `n^${exponent}`;
}

/**
 * Factor by which the class grows between two sizes; null for a class that is not known. `base` is that of 2^n, 2 if it
 * was not fitted.
 */
export function growthFactor(
  growth: string,
  start: number,
  end: number,
  base: number | null = null
): number | null {
  if (growth === '2^n') {
    return (base ?? 2) ** (end - start);
  }
  const power = powerOf(growth);
  const formula =
    FORMULAS[growth] ?? (power === null ? null : (n: number) => n ** power);
  const factor = formula ? formula(end) / formula(start) : NaN;
  return Number.isFinite(factor) ? factor : null;
}

/** Exponents of a product such as `batch * d^2`, 0 for a size that is not in it; null if it is not such a product. */
export function productExponents(
  product: string,
  names: string[]
): Record<string, number> | null {
  const exponents = Object.fromEntries(names.map(name => [name, 0]));
  for (const factor of product.split('*').map(part => part.trim())) {
    const match = /^([^\s*^]+)(?:\^(\d+(?:\.\d+)?))?$/.exec(factor);
    const name = match?.[1] ?? '';
    if (factor === '1') {
      continue;
    }
    if (!names.includes(name)) {
      return null;
    }
    exponents[name] = (exponents[name] ?? 0) + Number(match?.[2] ?? 1);
  }
  return exponents;
}

/** The product of these powers: `batch * d^2`, or `1`. */
export function productOf(exponents: Record<string, number>): string {
  const factors = Object.entries(exponents)
    .filter(([, exponent]) => exponent !== 0)
    .map(([name, exponent]) => (exponent === 1 ? name : `${name}^${exponent}`));
  return factors.length === 0 ? '1' : factors.join(' * ');
}

/** A class in n as it reads for the size that it is about: n log n becomes T log T. */
export function inTermsOf(growth: string, names: string[]): string {
  const [name] = names;
  return names.length === 1 && name !== undefined
    ? growth.replace(/\bn\b/g, name)
    : growth;
}
