import React from 'react';

/** A form that asks the server for a change: what is said of it, and whether it is on its way. */
export interface IChangeForm {
  /** Why the last change was refused; null if it was not. */
  error: string | null;
  isSaving: boolean;
  /** Asks; `onDone` only if it is done. */
  save: (change: () => Promise<string | null>) => Promise<void>;
}

export function useChange(onDone: () => void): IChangeForm {
  const [error, setError] = React.useState<string | null>(null);
  const [isSaving, setSaving] = React.useState(false);
  const save = async (change: () => Promise<string | null>) => {
    setSaving(true);
    setError(null);
    const refusal = await change();
    setSaving(false);
    setError(refusal);
    if (refusal === null) {
      onDone();
    }
  };
  return { error, isSaving, save };
}
