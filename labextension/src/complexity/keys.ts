import type React from 'react';

/**
 * Keeps keys that belong to a control from the notebook, whose own shortcuts they may be: arrows, Enter, letters (two d
 * delete a cell). Escape and keys with Ctrl, Alt, Cmd or Shift+Enter still reach it.
 */
export function keepKeys(event: React.KeyboardEvent): void {
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  const runs = event.shiftKey && event.key === 'Enter';
  if (!modified && !runs && event.key !== 'Escape') {
    event.stopPropagation();
  }
}
