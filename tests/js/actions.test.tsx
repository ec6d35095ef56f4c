/** The buttons of a result, and the picture that one of them makes. */

import { act } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Picture, wrap } from '../../labextension/src/copy/picture';
import { drawSvg } from '../../labextension/src/copy/png';
import { hostPlace, type IHost } from '../../labextension/src/host';
import { Toolbar } from '../../labextension/src/result/toolbar';
import { figureOf } from '../../labextension/src/stopwatch/figure-texts';
import { click, find, mount } from './dom';
import { earlier, fullMeasurement, measurement, trans } from './samples';

beforeEach(() => {
  document.body.innerHTML = '';
});

afterEach(() =>
  act(() => {
    hostPlace.current = null;
  })
);

function toolbar(
  changes: object = {},
  text: string | null = 'plain'
): JSX.Element {
  return (
    <Toolbar
      measurement={measurement(changes)}
      text={text}
      node={document.body}
      trans={trans}
    />
  );
}

function actions(host: HTMLElement): (string | undefined)[] {
  return [...host.querySelectorAll('button')].map(
    button => button.dataset['action']
  );
}

function fakeHost(runs: { now: boolean }): IHost & {
  measureUntraced: ReturnType<typeof vi.fn>;
} {
  return { canRun: () => runs.now, measureUntraced: vi.fn() };
}

test('clean time is offered for traced results where there is a host and a kernel', () => {
  const { host, show } = mount(toolbar());
  expect(actions(host)).toEqual(['copy-text', 'copy-image']);
  const runs = { now: true };
  const notebook = fakeHost(runs);
  act(() => {
    hostPlace.current = notebook;
  });
  expect(actions(host)).toEqual(['clean-time', 'copy-text', 'copy-image']);
  click(find(host, '[data-action=clean-time]'));
  expect(notebook.measureUntraced).toHaveBeenCalledExactlyOnceWith(
    document.body
  );
  runs.now = false;
  act(() => hostPlace.changed.emit());
  expect(actions(host)).toEqual(['copy-text', 'copy-image']);
  runs.now = true;
  show(toolbar({ traced: false }));
  expect(actions(host)).toEqual(['copy-text', 'copy-image']);
});

test('a running result offers nothing, and one without text no copy of it', () => {
  const { host, show } = mount(toolbar({ state: 'running' }));
  expect(actions(host)).toEqual([]);
  show(toolbar({}, null));
  expect(actions(host)).toEqual(['copy-image']);
});

test('the text goes to the clipboard, and the button says so', async () => {
  const writeText = vi.fn(async () => undefined);
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  const { host } = mount(toolbar());
  await act(async () => {
    find(host, '[data-action=copy-text]').click();
  });
  expect(writeText).toHaveBeenCalledExactlyOnceWith('plain');
  expect(find(host, '[role=status]').textContent).toBe('Copied as text');
  vi.unstubAllGlobals();
});

test('the picture is SVG without HTML in it, with the figures and the source', () => {
  let svg = '';
  act(() => {
    svg = drawSvg(
      <Picture
        measurement={fullMeasurement({ label: 'step <1>' })}
        style=".x {}"
        trans={trans}
      />
    );
  });
  const picture = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(picture.querySelector('parsererror')).toBeNull();
  expect(svg).not.toContain('foreignObject');
  const words = [...picture.querySelectorAll('text')].map(t => t.textContent);
  expect(words).toEqual(
    expect.arrayContaining(['step <1>', '1.25 s', '24.0 MiB', 'x = make()'])
  );
});

test('sentences are wrapped between words and lose none', () => {
  const text = 'a bb ccc dddd eeeee';
  expect(wrap(text, 8)).toEqual(['a bb ccc', 'dddd', 'eeeee']);
  expect(wrap('unbreakable', 4)).toEqual(['unbreakable']);
});

test.each([
  ['1.25 s traced · 24.0 MiB', {}],
  ['1.25 s', { traced: false, peak_bytes: null }],
  ['500 ms · 24.0 MiB', { version: 2, earlier: earlier({}) }],
  [
    '1.25 s · 24.0 MiB',
    { traced: false, peak_bytes: null, earlier: earlier({}) }
  ]
])('the figure of a cell is "%s"', (text, changes) => {
  const sample = { ...measurement({ earlier: null }), ...changes };
  expect(figureOf(sample, trans).text).toBe(text);
});

test('in words, the figure says that the time is traced', () => {
  const sample = measurement({ earlier: null, state: 'error' });
  expect(figureOf(sample, trans).words).toBe(
    'Measured until the error, wall time 1.25 s, with tracing, peak memory 24.0 MiB'
  );
});
