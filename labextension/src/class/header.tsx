import {
  refreshIcon,
  ToolbarButtonComponent,
  UseSignal
} from '@jupyterlab/ui-components';
import React from 'react';

import { Notice } from '../parts/notice';
import { isOut, type IZip } from './data';
import type { IClassViewProps } from './panel-props';

/** How many modules are out, and the way to one file with all of them. */
export function ClassHeader(props: IClassViewProps): JSX.Element {
  const { model, releases, trans } = props;
  return (
    <UseSignal signal={model.stateChanged}>
      {() => (
        <UseSignal signal={releases.stateChanged}>
          {() => (
            <header className="tt-Navigator-header">
              <div className="tt-Navigator-top">
                <h2>{trans.__('Class')}</h2>
                <ToolbarButtonComponent
                  icon={refreshIcon}
                  tooltip={trans.__('Refresh the class')}
                  onClick={() => void model.refresh()}
                />
              </div>
              {model.modules.length > 0 && <Summary {...props} />}
              <ZipView {...props} />
            </header>
          )}
        </UseSignal>
      )}
    </UseSignal>
  );
}

function Summary(props: IClassViewProps): JSX.Element {
  const { model, actions, trans } = props;
  const out = model.modules.filter(isOut).length;
  return (
    <div className="tt-ClassHeader-summary">
      <p className="tt-Navigator-progress">
        {trans.__('%1 of %2 released', out, model.modules.length)}
      </p>
      {out > 0 && (
        <button
          type="button"
          className="tt-Link"
          title={trans.__(
            'One file with every release, for an LMS or a web page; students take it with: tinytorch-lab update --from FILE'
          )}
          onClick={actions.zip}
        >
          {trans.__('Make a ZIP of All')}
        </button>
      )}
    </div>
  );
}

function ZipView(props: IClassViewProps): JSX.Element | null {
  const { releases, trans } = props;
  const answer = releases.zipAnswer;
  if (answer === null) {
    return null;
  }
  const refused = answer.kind === 'refused';
  return (
    <Notice
      refused={refused}
      onDismiss={() => releases.dismissZip()}
      trans={trans}
    >
      {refused ? <p>{answer.text}</p> : <ZipFile {...props} zip={answer.zip} />}
    </Notice>
  );
}

function ZipFile(props: IClassViewProps & { zip: IZip }): JSX.Element {
  const { zip, actions, trans } = props;
  const { path } = zip;
  return (
    <p>
      {trans.__('Every release is in')}{' '}
      {path === null ? (
        <code>{zip.file}</code>
      ) : (
        <button
          type="button"
          className="tt-Link"
          title={trans.__('Download it')}
          onClick={() => actions.download(path)}
        >
          <code>{zip.file}</code>
        </button>
      )}
    </p>
  );
}
