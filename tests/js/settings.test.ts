import { Signal } from '@lumino/signaling';
import { expect, test } from 'vitest';

import {
  DEFAULTS,
  kernelSettings,
  SettingsSender
} from '../../labextension/src/settings/kernel-settings';
import schema from '../../labextension/schema/plugin.json';

/** A notebook with a kernel that remembers what it is told. */
function notebook(language: string): {
  panel: object;
  told: object[];
  status: (status: string) => void;
} {
  const told: object[] = [];
  const kernel = {
    id: language,
    isDisposed: false,
    info: Promise.resolve({ language_info: { name: language } }),
    createComm: (target: string) => ({
      open: (data: object) => told.push({ target, ...data }),
      close: () => undefined
    })
  };
  const sessionContext = {
    session: { kernel },
    kernelChanged: new Signal<object, object>({}),
    statusChanged: new Signal<object, string>({})
  };
  return {
    panel: { sessionContext },
    told,
    status: status => sessionContext.statusChanged.emit(status)
  };
}

function tracker(panels: object[]): never {
  return {
    forEach: (visit: (panel: object) => void) => panels.forEach(visit),
    widgetAdded: new Signal<object, object>({})
  } as never;
}

const settle = () => new Promise(resolve => setTimeout(resolve));

test('the defaults in the schema are those of a kernel that was told nothing', () => {
  const { mode, traceBudget, samplingInterval, live } = schema.properties;
  const composite = {
    mode: mode.default,
    traceBudget: traceBudget.default,
    samplingInterval: samplingInterval.default,
    live: live.default
  };
  expect(kernelSettings(composite)).toEqual(DEFAULTS);
  expect(kernelSettings({})).toEqual(DEFAULTS);
});

test('kernels are told what differs, once, and again after a restart', async () => {
  const python = notebook('python');
  const sender = new SettingsSender(tracker([python.panel]), DEFAULTS);
  await settle();
  expect(python.told).toEqual([]);
  const time = { ...DEFAULTS, mode: 'time' as const };
  sender.change(time);
  sender.change({ ...time });
  await settle();
  expect(python.told).toEqual([{ target: 'tinytorch-lab:settings', ...time }]);
  python.status('idle');
  await settle();
  expect(python.told).toHaveLength(1);
  python.status('restarting');
  python.status('idle');
  await settle();
  expect(python.told).toHaveLength(2);
  sender.change(DEFAULTS);
  await settle();
  expect(python.told[2]).toMatchObject({ mode: 'default' });
});

test('kernels of other languages are left alone', async () => {
  const julia = notebook('julia');
  const changed = { ...DEFAULTS, live: false };
  new SettingsSender(tracker([julia.panel]), changed);
  await settle();
  expect(julia.told).toEqual([]);
});
