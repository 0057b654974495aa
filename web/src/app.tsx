/** The whole picture of a lab: every view in its place. */

import { choiceStyle } from "./choice.tsx";
import { iconStyle } from "./icon.tsx";
import { fieldStyle } from "./number-field.tsx";
import { paneStyle } from "./pane.tsx";
import { sliderStyle } from "./slider.tsx";
import css from "./style.css";
import type { Place, Props, View } from "./view.ts";
import { VIEWS } from "./views/all.ts";

const ordered = (Object.values(VIEWS) as readonly View[]).toSorted((a, b) => a.order - b.order);

/** All of the CSS: the page's, what several views share, then each view's. */
export const STYLE = [css, sliderStyle, fieldStyle, choiceStyle, iconStyle, paneStyle, ...ordered.map((v) => v.style)].join("\n");

export function App(props: Props) {
  const kind = props.lab.model.inputs.length > 1 ? "several" : "one";
  const put = (place: Place) => ordered.filter((v) => v.place === place && (v.inputs ?? kind) === kind).map(({ view: View, order }) => <View key={order} {...props} />);
  return (
    <div class="sheet">
      <header>{put("header")}</header>
      <div class="panels">{put("panel")}</div>
      <main class="main">{put("main")}</main>
      <aside class="side" aria-label="loss, parameters and settings">{put("side")}</aside>
    </div>
  );
}
