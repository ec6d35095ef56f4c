import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { Cells } from './cells';
import type { ISubmission } from './data';
import { Extension } from './extension';
import type { ITableProps } from './props';
import { penaltyText, scoreText, studentText, timeText } from './texts';

export type IRowProps = ITableProps & { row: ISubmission };

/** One student: a row, and below it the cells once it is unfolded. */
export function SubmissionRows(props: IRowProps): JSX.Element {
  const { row, submissions, trans } = props;
  const [open, setOpen] = React.useState(false);
  const caret = open ? caretDownIcon : caretRightIcon;
  const details = React.useId();
  return (
    <>
      <tr data-student={row.student} data-scored={row.score !== null}>
        <th scope="row">
          <button
            type="button"
            className="tt-Submissions-fold"
            aria-expanded={open}
            aria-controls={details}
            onClick={() => setOpen(!open)}
          >
            <caret.react tag="span" />
            {studentText(row)}
          </button>
        </th>
        <td title={row.reason}>{row.state}</td>
        <td>
          {scoreText(row.score, submissions.maxScore, trans)}
          <Remark text={penaltyText(row, trans)} />
        </td>
        <td>
          {row.handedIn !== null && timeText(row.handedIn)}
          <Remark
            text={row.late === '' ? '' : trans.__('late by %1', row.late)}
          />
          <Remark
            text={
              row.extension === null
                ? ''
                : trans.__('extended to %1', timeText(row.extension))
            }
          />
        </td>
      </tr>
      {open && (
        <tr id={details} className="tt-Submissions-details">
          <td colSpan={4}>
            <Details {...props} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Something small below what a cell says; nothing if there is nothing to say. */
function Remark(props: { text: string }): JSX.Element | null {
  return props.text === '' ? null : (
    <span className="tt-Submissions-late">{props.text}</span>
  );
}

function Details(props: IRowProps): JSX.Element {
  const { row, submissions, trans } = props;
  const { score, earned, notes } = row;
  const penalty = score !== null && earned !== null && earned !== score;
  return (
    <>
      {row.reason !== '' && <p>{row.reason}</p>}
      {penalty && (
        <p>
          {trans.__(
            '%1 before the penalty for lateness.',
            scoreText(earned, submissions.maxScore, trans)
          )}
        </p>
      )}
      {notes.map(note => (
        <p key={note}>{note}</p>
      ))}
      {row.handedIn !== null && <Cells {...props} />}
      <Buttons {...props} />
    </>
  );
}

function Buttons(props: IRowProps): JSX.Element {
  const { row, model, busy, actions, trans } = props;
  const { page } = row;
  return (
    <div className="tt-Grading-buttons">
      {row.handedIn !== null && (
        <button
          type="button"
          className="jp-mod-styled"
          disabled={busy}
          onClick={() => void model.grade([row.student], true)}
        >
          {trans.__('Grade Again')}
        </button>
      )}
      {page !== null && (
        <button
          type="button"
          className="jp-mod-styled"
          onClick={() => actions.openPage(page)}
        >
          {trans.__('Open Feedback')}
        </button>
      )}
      <Extension {...props} />
    </div>
  );
}
