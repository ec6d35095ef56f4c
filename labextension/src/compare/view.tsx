import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IPair } from '../course/answers';
import { sideBySide, type IDiffRow, type ILine } from './diff';

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
      <div className="tt-Compare-scroll" tabIndex={0}>
        <table>
          <caption className="tt-sr-only">
            {trans.__('%1, line by line', pair.name)}
          </caption>
          <colgroup>
            <col className="tt-Compare-numbers" />
            <col />
            <col className="tt-Compare-numbers" />
            <col />
          </colgroup>
          <thead>
            <tr>
              <th scope="col" colSpan={2}>
                {trans.__('Yours')}
              </th>
              <th scope="col" colSpan={2}>
                {trans.__('Reference')}
              </th>
            </tr>
          </thead>
          <tbody>
            {sideBySide(pair.mine, pair.reference).map((row, index) => (
              <Row key={index} row={row} trans={trans} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row(props: { row: IDiffRow; trans: TranslationBundle }): JSX.Element {
  const { row, trans } = props;
  const differs = row.kind !== 'same';
  return (
    <tr data-kind={row.kind}>
      <Line
        line={row.mine}
        mark={differs ? '−' : ''}
        side="mine"
        spoken={differs ? trans.__('only in yours') : ''}
      />
      <Line
        line={row.reference}
        mark={differs ? '+' : ''}
        side="reference"
        spoken={differs ? trans.__('only in the reference') : ''}
      />
    </tr>
  );
}

function Line(props: {
  line: ILine | null;
  mark: string;
  side: 'mine' | 'reference';
  /** The mark, for screen readers. */
  spoken: string;
}): JSX.Element {
  const { line, mark, side, spoken } = props;
  if (line === null) {
    return (
      <>
        <td className="tt-Compare-number" data-empty />
        <td className="tt-Compare-line" data-empty />
      </>
    );
  }
  return (
    <>
      <td className="tt-Compare-number" data-side={side}>
        {line.number}
        <span aria-hidden="true">{mark}</span>
      </td>
      <td className="tt-Compare-line" data-side={side}>
        {spoken !== '' && <span className="tt-sr-only">{spoken}</span>}
        <code>{line.text}</code>
      </td>
    </>
  );
}
