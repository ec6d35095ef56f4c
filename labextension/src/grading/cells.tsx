import React from 'react';

import { messageOf } from '../message-of';
import type { ICellScore } from './data';
import type { IRowProps } from './row';
import { scoreText } from './texts';

/** What each graded cell of a submission got. Asked for when it is looked at: those of a whole class are megabytes. */
export function Cells(props: IRowProps): JSX.Element | null {
  const { row, trans } = props;
  const { cells, error } = useCells(props);
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

/** Null until they are there. They are asked for again when something new is known of the submission. */
function useCells(props: IRowProps): {
  cells: ICellScore[] | null;
  error: string | null;
} {
  const { model, row } = props;
  const [cells, setCells] = React.useState<ICellScore[] | null>(null);
  const [error, setError] = React.useState<string | null>(null);
  React.useEffect(() => {
    let isOld = false;
    model.cells(row.student).then(
      answer => {
        if (!isOld) {
          setCells(answer);
          setError(null);
        }
      },
      (reason: unknown) => !isOld && setError(messageOf(reason))
    );
    return () => {
      isOld = true;
    };
  }, [model, row]);
  return { cells, error };
}
