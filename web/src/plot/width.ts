/** How wide a picture may be. */

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** The width that an element has on the page, px; a usual one until it is known. */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, set] = useState(760);
  useLayoutEffect(() => {
    const element = box.current!, measure = (): void => { if (element.clientWidth) set(Math.max(200, element.clientWidth)); };
    const watch = new ResizeObserver(measure);
    measure();
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return width;
}
