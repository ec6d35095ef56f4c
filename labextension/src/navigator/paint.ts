/** How long the panel takes until the tree is on the screen, as marks that the browser's own tools show. */

import React from 'react';

export const SHOWN = 'tinytorch:navigator-shown';
export const PAINTED = 'tinytorch:navigator-painted';
/** The measure between the two. */
export const FIRST_PAINT = 'tinytorch:navigator-first-paint';

/** The panel has been asked to show itself, for the first time or again. */
export function markShown(): void {
  if (performance.getEntriesByName(SHOWN).length === 0) {
    performance.mark(SHOWN);
  }
}

/** Marks the first frame after the component that uses it has been drawn. */
export function useFirstPaint(): void {
  React.useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const shown = performance.getEntriesByName(SHOWN).length > 0;
      if (shown && performance.getEntriesByName(PAINTED).length === 0) {
        performance.mark(PAINTED);
        performance.measure(FIRST_PAINT, SHOWN, PAINTED);
      }
    });
    return () => cancelAnimationFrame(frame);
  }, []);
}
