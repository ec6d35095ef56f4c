/** How long the panel takes until the tree is on the screen, as marks that the browser's own tools show. */

import React from 'react';

const SHOWN = 'tinytorch:navigator-shown';
const PAINTED = 'tinytorch:navigator-painted';
/** The measure between the two. */
export const FIRST_PAINT = 'tinytorch:navigator-first-paint';

let isDrawn = false;

/** The panel has come into sight; only the first time counts. */
export function markShown(): void {
  if (!isMarked(SHOWN)) {
    performance.mark(SHOWN);
    markPainted();
  }
}

/** Marks the first frame in which the component that uses it stands in a panel that is in sight. */
export function useFirstPaint(): void {
  React.useEffect(() => {
    isDrawn = true;
    markPainted();
  }, []);
}

/** The panel may be drawn before it is in sight, or come into sight before there is a course. */
function markPainted(): void {
  requestAnimationFrame(() => {
    if (isDrawn && isMarked(SHOWN) && !isMarked(PAINTED)) {
      performance.mark(PAINTED);
      performance.measure(FIRST_PAINT, SHOWN, PAINTED);
    }
  });
}

function isMarked(name: string): boolean {
  return performance.getEntriesByName(name).length > 0;
}
