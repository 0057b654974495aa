/** The whole picture of a network's page: every view in its place. */

import { useMemo } from "preact/hooks";
import { choiceStyle } from "../choice.tsx";
import { iconStyle } from "../icon.tsx";
import { fieldStyle } from "../number-field.tsx";
import { paneStyle } from "../pane.tsx";
import { sliderStyle } from "../slider.tsx";
import css from "../style.css";
import type { NetworkLab } from "./lab.ts";
import type { Props } from "./view.ts";
import { Card, style as cardStyle } from "./views/card.tsx";
import { Causes, style as causesStyle } from "./views/causes.tsx";
import { Data, DataPanel, style as dataStyle } from "./views/data.tsx";
import { Head, style as headStyle } from "./views/head.tsx";
import { Help, style as helpStyle } from "./views/help.tsx";
import { Loss, style as lossStyle } from "./views/loss.tsx";
import { Net, style as netStyle } from "./views/net.tsx";
import { Output, style as outputStyle } from "./views/output.tsx";
import { partsStyle } from "./views/parts.tsx";
import { Settings, style as settingsStyle } from "./views/settings.tsx";
import { Share, style as shareStyle } from "./views/share.tsx";
import { style as timelineStyle, Timeline } from "./views/timeline.tsx";

const places = `
.sheet.of-network{grid-template-columns:minmax(0,1fr) 372px}
.of-network .main{display:flex;flex-direction:column;gap:12px;min-width:0}
@container(min-width:820px){.of-network .main{position:static}}
@container(min-width:820px) and (max-width:1079px){.sheet.of-network{grid-template-columns:minmax(0,1fr) 320px}}
@container(max-width:819px){
.of-network :is(.main,.side)>*{min-width:0}
.of-network .output{order:1}.of-network .timeline{order:2}.of-network .loss{order:3}.of-network .net{order:4}.of-network .unit-card{order:5}.of-network .settings{order:6}.of-network .data{order:7}.of-network .causes{order:8}
}
@media print{.of-network .net-scroll{overflow:visible}}`;

/** All of the CSS: the page's, what several views share, then each view's. */
export const STYLE = [css, sliderStyle, fieldStyle, choiceStyle, iconStyle, paneStyle, partsStyle, headStyle, timelineStyle, settingsStyle, dataStyle, netStyle, cardStyle, outputStyle, lossStyle, causesStyle, shareStyle, helpStyle, places].join("\n");

/** lately: the lab of a few frames ago while training runs, for what takes long to draw; otherwise the lab itself. */
export function App(props: Props & { readonly lately: NetworkLab }) {
  const { lab, lately, send, page } = props, given: Props = { lab, send, page }, late: Props = { lab: lately, send, page };
  const pictures = useMemo(() => [<Net {...late} />, <Output {...late} />] as const, [lately]);
  const settings = useMemo(() => [<Settings {...given} />, <Data {...given} />, <Causes {...given} />] as const, settled(lab));
  return (
    <div class="sheet of-network">
      <header><Head {...given} /></header>
      <div class="panels unprinted">{lab.panel === "data" && <DataPanel {...given} />}{lab.panel === "share" && <Share {...given} />}{lab.panel === "help" && <Help {...given} />}</div>
      <main class="main">
        <Timeline {...given} />
        {settings[0]}
        {settings[1]}
        {pictures[0]}
        <Card {...given} lab={lab.playing ? lately : lab} />
      </main>
      <aside class="side" aria-label="output and loss">
        {pictures[1]}
        <Loss {...given} />
        {settings[2]}
      </aside>
    </div>
  );
}

/** What settings depend on: all of a lab that does not change from one step to the next while it plays. */
const settled = (lab: NetworkLab): readonly unknown[] =>
  [lab.net, lab.data, lab.points, lab.scale, lab.held, lab.seed, lab.loss, lab.legs, lab.steps, lab.playing, lab.playing ? 0 : lab.step, lab.playing ? 0 : lab.furthest, lab.document, lab.start];
