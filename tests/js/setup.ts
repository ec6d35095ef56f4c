/** What JupyterLab's packages expect of a browser and jsdom lacks. */

Object.assign(globalThis, {
  IS_REACT_ACT_ENVIRONMENT: true,
  requestIdleCallback: (callback: () => void) => setTimeout(callback),
  DragEvent: class DragEvent extends Event {}
});

window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined
  }) as unknown as MediaQueryList;
