/** Small drawings on buttons, in an 18 px square: lines, and what is filled. */

import type { VNode } from "preact";

export const iconStyle = `.icon{display:block;margin:auto;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}.icon .solid{fill:currentColor}`;

export const icon = (lines: string, solid = ""): VNode => (
  <svg class="icon" width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d={lines} /><path class="solid" d={solid} /></svg>
);
