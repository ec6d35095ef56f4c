import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { DiffTable } from '../compare/table';
import type { IPreviewCell } from './data';
import { changeText } from './preview-texts';

export interface IPreviewCellProps {
  cell: IPreviewCell;
  /** From 1. */
  number: number;
  /** Students have something to compare with. */
  released: boolean;
  trans: TranslationBundle;
}

/** One cell: once where it stays the same, side by side where it changes. */
export function PreviewCell(props: IPreviewCellProps): JSX.Element {
  const { cell, number, released, trans } = props;
  const kind = cell.kind === 'markdown' ? trans.__('Text') : trans.__('Code');
  const name = trans.__('Cell %1', number);
  const change = changeText(cell, released, trans);
  return (
    <section className="tt-PreviewCell" aria-label={name} data-kind={cell.kind}>
      <h3>
        {name}
        <span>{kind}</span>
        {cell.gradeId !== '' && <code>{cell.gradeId}</code>}
        {change !== null && <b data-change={change}>{change}</b>}
      </h3>
      {change === null ? (
        <pre tabIndex={0}>{cell.then ?? cell.now}</pre>
      ) : (
        <DiffTable
          name={name}
          mine={cell.now ?? ''}
          reference={cell.then ?? ''}
          sides={{
            mine: trans.__('They have now'),
            reference: trans.__('They would get'),
            onlyMine: trans.__('only in what they have'),
            onlyReference: trans.__('only in what they would get')
          }}
          trans={trans}
        />
      )}
    </section>
  );
}
