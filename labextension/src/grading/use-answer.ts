import React from 'react';

import { messageOf } from '../message-of';

/** Null until it is there; kept when a later request fails, which is then said. */
export interface IAnswer<T> {
  answer: T | null;
  error: string | null;
}

/** What `ask` answers, for a part that shows it; asked again when what it is about has changed. */
export function useAnswer<T>(
  ask: () => Promise<T>,
  about: unknown
): IAnswer<T> {
  const [known, setKnown] = React.useState<IAnswer<T>>({
    answer: null,
    error: null
  });
  React.useEffect(() => {
    let isOld = false;
    ask().then(
      answer => !isOld && setKnown({ answer, error: null }),
      (reason: unknown) =>
        !isOld &&
        setKnown(({ answer }) => ({ answer, error: messageOf(reason) }))
    );
    return () => {
      isOld = true;
    };
  }, [ask, about]);
  return known;
}
