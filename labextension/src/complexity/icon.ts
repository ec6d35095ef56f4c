import { LabIcon } from '@jupyterlab/ui-components';

/** A curve that grows faster and faster, on its axes. The theme gives the colour (see ../icons.ts). */
export const growthIcon = new LabIcon({
  name: 'tinytorch-lab:growth',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <path class="jp-icon3" fill="currentColor" d="M1.5 1.5H3v11.5h11.5v1.5h-13z"/>
  <path class="jp-icon3" stroke="currentColor" style="fill:none" stroke-width="1.5" d="M4.5 11.2C8.6 11 11.4 8.600 13.200 2.500"/>
  <g class="jp-icon3" fill="currentColor"><circle cx="6.200" cy="10.900" r="1.400"/><circle cx="10.500" cy="7.900" r="1.400"/></g>
</svg>`
});
