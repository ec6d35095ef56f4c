import React from 'react';

import { Dismiss } from '../parts/dismiss';
import {
  moved,
  type IChange,
  type ICollected,
  type IFeedback,
  type IGraded
} from './data';
import type { Ended } from './model';
import { Pages } from './pages';
import type { IGradingPartProps } from './props';
import { gradedText, outcomeText } from './texts';

const PAGE = 20;

/** How the last thing ended. There while nothing has, empty: screen readers announce what comes into it. */
export function EndedView(props: IGradingPartProps): JSX.Element {
  const { model, trans } = props;
  const { ended } = model;
  return (
    <div role="status">
      {ended !== null && (
        <div
          className="tt-Notice"
          data-kind={ended.kind === 'failed' ? 'error' : 'info'}
        >
          <What {...props} ended={ended} />
          <Dismiss onClick={() => model.dismiss()} trans={trans} />
        </div>
      )}
    </div>
  );
}

function What(props: IGradingPartProps & { ended: Ended }): JSX.Element {
  const { ended, trans } = props;
  switch (ended.kind) {
    case 'failed':
      return <p>{ended.text}</p>;
    case 'stopped':
      return <p>{trans.__('Stopped. What is graded is kept.')}</p>;
    case 'collected':
      return <Collected {...props} collected={ended.collected} />;
    case 'graded':
      return <Graded {...props} graded={ended.graded} />;
    case 'feedback':
      return <Feedback {...props} feedback={ended.feedback} />;
  }
}

function Collected(
  props: IGradingPartProps & { collected: ICollected }
): JSX.Element {
  const { collected, trans } = props;
  const { taken, left } = collected;
  const remarks = taken.filter(one => one.remark !== '');
  const lines = [
    ...remarks.map(one => (
      <li key={`${one.student} ${one.outcome}`}>
        <code>{one.student}</code> {one.remark}
      </li>
    )),
    ...left.map(one => (
      <li key={one.place}>
        {trans.__('left:')} <code>{one.place}</code> {one.reason}
      </li>
    ))
  ];
  return (
    <>
      <p>{trans.__('%1 collected, %2 left.', taken.length, left.length)}</p>
      <Pages rows={lines} of={collected} size={PAGE} trans={trans}>
        {shown => <ul>{shown}</ul>}
      </Pages>
    </>
  );
}

function Graded(props: IGradingPartProps & { graded: IGraded }): JSX.Element {
  const { graded, trans } = props;
  const changes = moved(graded.changes);
  return (
    <>
      <p>{gradedText(graded, trans)}</p>
      {changes.length > 0 && (
        <Pages rows={changes} of={graded} size={PAGE} trans={trans}>
          {shown => <Changes {...props} changes={shown} />}
        </Pages>
      )}
    </>
  );
}

/** Before and after a run, for those to whom it made a difference. */
function Changes(
  props: IGradingPartProps & { changes: IChange[] }
): JSX.Element {
  const { changes, trans } = props;
  return (
    <table className="tt-Submissions tt-Changes">
      <thead>
        <tr>
          <th scope="col">{trans.__('Student')}</th>
          <th scope="col">{trans.__('Before')}</th>
          <th scope="col">{trans.__('Now')}</th>
          <th scope="col">{trans.__('State')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ student, before, after }) => (
          <tr key={student}>
            <th scope="row">{student}</th>
            <td>{before && outcomeText(before, trans)}</td>
            <td>{outcomeText(after, trans)}</td>
            <td>{after.state}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Feedback(
  props: IGradingPartProps & { feedback: IFeedback }
): JSX.Element {
  const { feedback, actions, trans } = props;
  const { pages, zip, path } = feedback;
  return (
    <p>
      {trans._n('%1 page was made.', '%1 pages were made.', pages)}{' '}
      {trans.__('All of them for your LMS:')}{' '}
      {path === null ? (
        <code>{zip}</code>
      ) : (
        <button
          type="button"
          className="tt-Link"
          title={trans.__('Download it')}
          onClick={() => actions.download(path)}
        >
          <code>{zip}</code>
        </button>
      )}
    </p>
  );
}
