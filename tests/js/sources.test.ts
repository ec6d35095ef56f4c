/** Rules that every source file of the front end keeps. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = 'labextension';

function files(ending: RegExp): string[] {
  return ['src', 'style', 'schema']
    .flatMap(folder =>
      readdirSync(join(ROOT, folder), { recursive: true }).map(name =>
        join(ROOT, folder, String(name))
      )
    )
    .filter(name => ending.test(name));
}

/** Hexadecimal colours, colour functions, and names where a colour is expected. */
const COLOUR =
  /#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|oklch|color-mix)\(|(color|background|fill|stroke|border[a-z-]*|shadow)\s*:[^;]*\b(black|white|gr[ae]y|red|green|blue|orange|yellow)\b/i;

test('the colour rule finds colours', () => {
  for (const text of ['color: #fff', 'rgb(1, 2, 3)', 'border: 1px solid red']) {
    expect(text).toMatch(COLOUR);
  }
  expect('color: var(--jp-brand-color1)').not.toMatch(COLOUR);
});

test.each(files(/\.(tsx?|css|svg)$/))('%s has no colour of its own', name => {
  expect(readFileSync(name, 'utf8')).not.toMatch(COLOUR);
});

test.each(files(/\.css$/))('%s uses only variables of JupyterLab', name => {
  const used = readFileSync(name, 'utf8').match(/var\(--[a-z-]*/g) ?? [];
  expect(used.filter(variable => !variable.startsWith('var(--jp-'))).toEqual(
    []
  );
});

test.each(files(/\.tsx?$/))('%s neither logs nor grows too long', name => {
  const text = readFileSync(name, 'utf8');
  expect(text).not.toMatch(/console\./);
  expect(text.split('\n').length).toBeLessThan(300);
});

test('only request.ts talks to the server', () => {
  const talkers = files(/\.tsx?$/).filter(name =>
    /ServerConnection|(?<!\.)\bfetch\(|(window|globalThis)\.fetch\(|XMLHttpRequest|WebSocket/.test(
      readFileSync(name, 'utf8')
    )
  );
  expect(talkers).toEqual([join(ROOT, 'src', 'request.ts')]);
});

test('text between tags is always translated', () => {
  const untranslated = files(/\.tsx$/).flatMap(
    name =>
      readFileSync(name, 'utf8').match(
        />\s*[A-Z][a-z]+ [a-z ]+[^<>{}=]*<\//g
      ) ?? []
  );
  expect(untranslated).toEqual([]);
});
