/** A measurement as a PNG. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';

import type { IMeasurement } from '../measurement';
import { Picture } from './picture';

/** Pixels of the picture for each of the screen, so that it stays sharp on slides. */
const SCALE = 2;

export async function measurementPng(
  measurement: IMeasurement,
  trans: TranslationBundle
): Promise<Blob> {
  const source = drawSvg(
    <Picture measurement={measurement} style={themeStyle()} trans={trans} />
  );
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * SCALE;
  canvas.height = image.height * SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      blob => (blob === null ? reject(new Error('No picture')) : resolve(blob)),
      'image/png'
    )
  );
}

/** The element as SVG text. It holds no HTML, so that every browser lets a canvas read it. */
export function drawSvg(element: JSX.Element): string {
  const place = document.createElement('div');
  const root = createRoot(place);
  flushSync(() => root.render(element));
  const svg = place.firstElementChild;
  const text = svg === null ? '' : new XMLSerializer().serializeToString(svg);
  root.unmount();
  return text;
}

/** Our charts' style rules, and the theme's variables with their values of now: a picture has no page around it. */
function themeStyle(): string {
  const theme = getComputedStyle(document.body);
  const rules = [...document.styleSheets].flatMap(ourRules);
  const names = new Set(rules.join(' ').match(/--jp-[a-z0-9-]+/g) ?? []);
  const values = [...names].map(
    name => `${name}: ${theme.getPropertyValue(name)};`
  );
  return `svg { ${values.join(' ')} font-family: ${theme.fontFamily}; }\n${rules.join('\n')}`;
}

function ourRules(sheet: CSSStyleSheet): string[] {
  try {
    return [...sheet.cssRules]
      .map(rule => rule.cssText)
      .filter(text => /^\.tt-(Timeline|Picture)/.test(text));
  } catch {
    return []; // a style sheet from elsewhere may not be read
  }
}
