import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IPair } from '../course/answers';
import { DiffTable } from './table';

export interface ICompareViewProps {
  /** E.g. "01 Tensor". */
  name: string;
  pairs: IPair[];
  trans: TranslationBundle;
}

/** The student's functions and classes, each beside the reference's. */
export function CompareView(props: ICompareViewProps): JSX.Element {
  const { name, pairs, trans } = props;
  return (
    <section className="tt-Compare" aria-label={trans.__('Comparison')}>
      <h2>{trans.__('%1: yours beside the reference', name)}</h2>
      {pairs.length === 0 && (
        <p>{trans.__('Your notebook defines nothing to compare.')}</p>
      )}
      {pairs.map(pair => (
        <section key={pair.name} aria-label={pair.name}>
          <h3>{pair.name}</h3>
          <Pair pair={pair} trans={trans} />
        </section>
      ))}
    </section>
  );
}

function Pair(props: { pair: IPair; trans: TranslationBundle }): JSX.Element {
  const { pair, trans } = props;
  if (pair.mine === pair.reference) {
    return <p>{trans.__('Yours is the same as the reference.')}</p>;
  }
  return (
    <>
      {pair.reference === '' && (
        <p>
          {trans.__(
            'The library has nothing of this name: it is an exercise only.'
          )}
        </p>
      )}
      <DiffTable
        {...pair}
        sides={{
          mine: trans.__('Yours'),
          reference: trans.__('Reference'),
          onlyMine: trans.__('only in yours'),
          onlyReference: trans.__('only in the reference')
        }}
        trans={trans}
      />
    </>
  );
}
