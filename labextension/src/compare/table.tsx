import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { sideBySide, type IDiffRow, type ILine } from './diff';

/** What the two sides are called, and what a screen reader says at a line that only one of them has. */
export interface ISides {
  mine: string;
  reference: string;
  onlyMine: string;
  onlyReference: string;
}

export interface IDiffTableProps {
  /** What the table is about. */
  name: string;
  mine: string;
  reference: string;
  sides: ISides;
  trans: TranslationBundle;
}

/** Two texts side by side; lines that differ are marked in colour, by a sign, and in words. */
export function DiffTable(props: IDiffTableProps): JSX.Element {
  const { name, sides, trans } = props;
  return (
    <div className="tt-Compare-scroll" tabIndex={0}>
      <table>
        <caption className="tt-sr-only">
          {trans.__('%1, line by line', name)}
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
              {sides.mine}
            </th>
            <th scope="col" colSpan={2}>
              {sides.reference}
            </th>
          </tr>
        </thead>
        <tbody>
          {sideBySide(props.mine, props.reference).map((row, index) => (
            <Row key={index} row={row} sides={sides} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: { row: IDiffRow; sides: ISides }): JSX.Element {
  const { row, sides } = props;
  const differs = row.kind !== 'same';
  return (
    <tr data-kind={row.kind}>
      <Line
        line={row.mine}
        mark={differs ? '−' : ''}
        side="mine"
        spoken={differs ? sides.onlyMine : ''}
      />
      <Line
        line={row.reference}
        mark={differs ? '+' : ''}
        side="reference"
        spoken={differs ? sides.onlyReference : ''}
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
