/**
 * Our own icons. The `jp-icon3` classes give them the colours of the theme; `currentColor` only stands where the
 * theme's rule needs an attribute to replace.
 */

import { LabIcon } from '@jupyterlab/ui-components';

const STOPWATCH_SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="currentColor">
    <path fill-rule="evenodd" d="M6 .75h4v1.5H8.75v1.1a5.9 5.9 0 0 1 2.7 1.15l.8-.8 1.06 1.06-.8.8A5.95 5.95 0 1 1 7.25 3.35v-1.1H6zM8 4.8a4.45 4.45 0 1 0 0 8.9 4.45 4.45 0 0 0 0-8.9z"/>
    <path d="M7.25 6.1h1.5v2.85l1.75 1.45-.96 1.16-2.29-1.9z"/>
  </g>
</svg>`;

/** A small network with one node marked: the course. */
const COURSE_SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <path class="jp-icon3" stroke="currentColor" style="fill:none" stroke-width="1" d="M3 5 8.5 3M3 5l5.5 8M3 11l5.5-8M3 11l5.5 2M8.5 3 13 8M8.5 13 13 8"/>
  <g class="jp-icon3" fill="currentColor">
    <circle cx="3" cy="5" r="1.9"/><circle cx="3" cy="11" r="1.9"/>
    <circle cx="8.5" cy="3" r="1.9"/><circle cx="8.5" cy="13" r="1.9"/>
    <circle cx="13" cy="8" r="2.2"/>
  </g>
</svg>`;

/** A mortarboard: the class. */
const CLASS_SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="currentColor">
    <path d="M8 2.2.8 5.7 8 9.2l5.7-2.77V10.6h1.1V5.7z"/>
    <path d="M3.4 8.1v3.1c0 1.2 2.1 2.3 4.6 2.3s4.6-1.1 4.6-2.3V8.1L8 10.4z"/>
  </g>
</svg>`;

const IMAGE_SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="currentColor">
    <path fill-rule="evenodd" d="M1.5 2.5h13v11h-13zm1.4 1.4v8.2h10.2V3.9z"/>
    <path d="M3.6 11.2 6.4 7l2.2 2.7 1.4-1.4 2.4 2.9z"/><circle cx="10.6" cy="6.2" r="1.1"/>
  </g>
</svg>`;

export const stopwatchIcon = new LabIcon({
  name: 'tinytorch-lab:stopwatch',
  svgstr: STOPWATCH_SVG
});

export const courseIcon = new LabIcon({
  name: 'tinytorch-lab:course',
  svgstr: COURSE_SVG
});

export const classIcon = new LabIcon({
  name: 'tinytorch-lab:class',
  svgstr: CLASS_SVG
});

export const imageIcon = new LabIcon({
  name: 'tinytorch-lab:image',
  svgstr: IMAGE_SVG
});
