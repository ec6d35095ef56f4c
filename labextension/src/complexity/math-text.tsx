import React from 'react';

/** A power inside a text: `n^2`, `2^n`, `batch^1.5`. */
const POWER = /([^\s*^(]+)\^(\d+(?:\.\d+)?|[^\W\d]\w*)/g;

const SPOKEN: Record<string, string> = { '2': 'squared', '3': 'cubed' };

/** A text with its formulas as they are written by hand: raised powers, read aloud as words ("n squared"), and roots. */
export function MathText(props: { text: string }): JSX.Element {
  const text = props.text.replace(/\bsqrt /g, '√').replace(/ \* /g, ' · ');
  const parts: React.ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(POWER)) {
    const [whole, base = '', exponent = ''] = match;
    parts.push(text.slice(end, match.index));
    parts.push(<Power key={match.index} base={base} exponent={exponent} />);
    end = match.index + whole.length;
  }
  return (
    <>
      {parts}
      {text.slice(end)}
    </>
  );
}

function Power(props: { base: string; exponent: string }): JSX.Element {
  const { base, exponent } = props;
  const spoken = SPOKEN[exponent] ?? `to the power ${exponent}`;
  return (
    <span className="tt-Power" role="math" aria-label={`${base} ${spoken}`}>
      {base}
      <sup>{exponent}</sup>
    </span>
  );
}
