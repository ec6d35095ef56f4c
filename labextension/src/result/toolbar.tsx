import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon, type LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { copyPicture, copyText } from '../copy/clipboard';
import { measurementPng } from '../copy/png';
import { hostPlace } from '../host';
import { imageIcon, stopwatchIcon } from '../icons';
import type { IMeasurement } from '../measurement';

/** How long a button says what it has done. */
const SAID_MS = 2500;

export interface IToolbarProps {
  measurement: IMeasurement;
  /** The result as plain text; null if the output has none. */
  text: string | null;
  /** The element of the result, by which its cell is found. */
  node: HTMLElement;
  trans: TranslationBundle;
}

/** What can be done with a result: measure again without tracing, copy. */
export function Toolbar(props: IToolbarProps): JSX.Element | null {
  const { measurement, node, text, trans } = props;
  const runnable = useRunnable(node);
  const [said, say] = useSaid();
  if (measurement.state === 'running') {
    return null;
  }
  const copyAsText = async (plain: string) => {
    await copyText(plain);
    say(trans.__('Copied as text'));
  };
  const copyAsImage = async () => {
    const picture = await measurementPng(measurement, trans);
    const done = await copyPicture(picture, 'measurement.png');
    say(
      done === 'copied'
        ? trans.__('Copied as image')
        : trans.__('Saved as measurement.png')
    );
  };
  return (
    <div className="tt-Toolbar">
      <span className="tt-Toolbar-said" role="status">
        {said}
      </span>
      {measurement.traced && runnable && (
        <Action
          id="clean-time"
          icon={stopwatchIcon}
          label={trans.__('Clean time')}
          hint={trans.__('Run this cell once more, without tracing')}
          onClick={async () => hostPlace.current?.measureUntraced(node)}
        />
      )}
      {text !== null && (
        <Action
          id="copy-text"
          icon={copyIcon}
          label={trans.__('Copy text')}
          hint={trans.__('Copy this result as text')}
          onClick={async () => copyAsText(text)}
        />
      )}
      <Action
        id="copy-image"
        icon={imageIcon}
        label={trans.__('Copy image')}
        hint={trans.__('Copy this result as an image')}
        onClick={copyAsImage}
      />
    </div>
  );
}

function Action(props: {
  id: string;
  icon: LabIcon;
  label: string;
  hint: string;
  onClick: () => Promise<void>;
}): JSX.Element {
  return (
    <button
      type="button"
      data-action={props.id}
      title={props.hint}
      aria-label={props.label}
      onClick={() => void props.onClick()}
    >
      <props.icon.react tag="span" />
      <span className="tt-Toolbar-label">{props.label}</span>
    </button>
  );
}

/** Whether the cell of the result could run now; followed while kernels come and go. */
function useRunnable(node: HTMLElement): boolean {
  const subscribe = React.useCallback((onChange: () => void) => {
    hostPlace.changed.connect(onChange);
    return () => {
      hostPlace.changed.disconnect(onChange);
    };
  }, []);
  return React.useSyncExternalStore(
    subscribe,
    () => hostPlace.current?.canRun(node) ?? false
  );
}

/** Words that go away after a while. */
function useSaid(): [string, (words: string) => void] {
  const [said, setSaid] = React.useState('');
  React.useEffect(() => {
    const timer = window.setTimeout(() => setSaid(''), SAID_MS);
    return () => window.clearTimeout(timer);
  }, [said]);
  return [said, setSaid];
}
