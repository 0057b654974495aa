/** The share panel: the lab as a link, as Python, as a page, as a picture, as a table. */

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { historyCsv } from "../history.ts";
import { linkTooLong, toHash } from "../link.ts";
import { Pane } from "../pane.tsx";
import { plotPng, plotSvg } from "../picture.ts";
import { asPython } from "../python.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "panel";
export const order = 2;
export const style = ".squiggly .script{max-height:340px;border:1px solid var(--line);border-radius:8px;padding:10px 12px;background:var(--paper)}";

/** The panel, while it is open. */
export const view = (props: Props): VNode | null => (props.lab.panel === "share" ? <Sharing {...props} /> : null);

function Sharing({ lab, send, page }: Props): VNode {
  const [refused, refuse] = useState("");
  const [reading, read] = useState(false);
  const [saves] = useState(() => page.html() !== null); // asked once: it is a copy of the whole page
  const say = (kind: "done" | "error", text: string): void => send({ kind: "say", message: { kind, text } });
  const copy = (what: string, text: string): void => void page.copy(text).then((copied) => {
    refuse(copied ? "" : text);
    if (copied) say("done", `copied ${what}`);
  });
  const save = (name: string, content: string | Blob): void => { page.download(name, content); say("done", `saved ${name}`); };
  const png = (): void => void plotPng(plotSvg(lab), 2).then((picture) => save("lab.png", picture)).catch(() => say("error", "this browser makes no PNG here\nhint: save the picture as SVG"));
  const link = page.link(), hash = link ?? toHash(lab), what = link ? "link" : "what follows the address";
  return (
    <Pane title="share this lab" send={send}>
      <div class="row">
        {hash && button(`copy ${what}`, () => copy(`the ${what}`, hash))}
        {button("copy as Python", () => copy("the script", asPython(lab)))}
        {saves && button("save this page", () => save("lab.html", page.html()!))}
        {button("picture as SVG", () => save("lab.svg", plotSvg(lab)))}
        {button("picture as PNG", png)}
        {button("history as CSV", () => save("history.csv", historyCsv(lab)))}
      </div>
      {link === null && <p>This page has no address of its own. Put what follows it behind the address of a page that has one.</p>}
      {linkTooLong(lab) && <p>The link leaves out your {lab.points.n} points: they would make it too long. Save the page instead.</p>}
      {link?.startsWith("file:") && <p>The link works on this computer. For others, save the page and send them the file.</p>}
      {refused && <label><p>The browser did not let the page copy. Here it is, selected: press Ctrl-C, or ⌘C.</p><textarea key={refused} class="entry" ref={selected} rows={4} readOnly value={refused} /></label>}
      <details onToggle={(event) => read(event.currentTarget.open)}>
        <summary>the Python script</summary>
        {reading && <pre class="script" tabIndex={0} aria-label="the Python script">{asPython(lab)}</pre>}
      </details>
    </Pane>
  );
}

const button = (label: string, onClick: () => void): VNode => <button type="button" class={`button ${label === "copy link" ? "strong" : ""}`} onClick={onClick}>{label}</button>;

/** The focus into a field, and what it holds selected, so that a key press can copy it. */
function selected(field: HTMLTextAreaElement | null): void {
  field?.focus();
  field?.select();
}
