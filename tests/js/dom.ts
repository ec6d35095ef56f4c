/** Mounting React in jsdom and acting on it. */

import { act } from 'react';
import { createRoot } from 'react-dom/client';

export function mount(element: JSX.Element): {
  host: HTMLElement;
  show: (next: JSX.Element) => void;
} {
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  const show = (next: JSX.Element) => act(() => root.render(next));
  show(element);
  return { host, show };
}

export function click(element: Element | null): void {
  act(() => {
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
}

/** Presses a key on the focused element, as a browser would. */
export function press(key: string): void {
  act(() => {
    document.activeElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    );
  });
}

export function focus(element: HTMLElement | null): void {
  act(() => element?.focus());
}

export function find(host: HTMLElement, selector: string): HTMLElement {
  const element = host.querySelector<HTMLElement>(selector);
  if (element === null) {
    throw new Error(`Nothing matches ${selector} in ${host.innerHTML}`);
  }
  return element;
}
