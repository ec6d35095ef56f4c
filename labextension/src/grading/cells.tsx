import React from 'react';

import type { IRowProps } from './row';
import { scoreText } from './texts';
import { useAnswer } from './use-answer';

/** What each graded cell of a submission got. Asked for when it is looked at: those of a whole class are megabytes. */
export function Cells(props: IRowProps): JSX.Element | null {
  const { model, row, trans } = props;
  const { student } = row;
  const ask = React.useCallback(() => model.cells(student), [model, student]);
  const { answer: cells, error } = useAnswer(ask, row);
  if (error !== null) {
    return <p role="alert">{error}</p>;
  }
  if (cells === null) {
    return <p role="status">{trans.__('Reading the cells…')}</p>;
  }
  return cells.length === 0 ? null : (
    <table className="tt-Cells">
      <caption className="tt-sr-only">
        {trans.__('Cells of %1', row.student)}
      </caption>
      <tbody>
        {cells.map(cell => (
          <tr key={cell.gradeId}>
            <th scope="row">
              <code>{cell.gradeId}</code>
            </th>
            <td>{scoreText(cell.score, cell.points, trans)}</td>
            <td>
              {cell.error === '' && cell.score === null
                ? trans.__('waits for you')
                : cell.error}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
