/** The share panel: the lab as a link, as Python, as a page, as a picture, as a table. */

import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { historyCsv } from "../history.ts";
import { linkTooLong, toHash } from "../link.ts";
import { Pane } from "../pane.tsx";
import { plotPng, plotSvg } from "../picture.ts";
import { asPython } from "../python.ts";
import type { Lab } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "panel";
export const order = 2;
export const style = `
.squiggly .pane .script{max-height:340px;border:1px solid var(--line);border-radius:8px;padding:10px 12px;background:var(--paper)}`;

const LONG = 4_000; // characters that a chat or a mail may cut

/** The panel, while it is open. */
export const view = (props: Props): VNode | null => (props.lab.panel === "share" ? <Sharing {...props} /> : null);

function Sharing({ lab, send, page }: Props): VNode {
  const [refused, refuse] = useState("");
  const [reading, read] = useState(false);
  const [saves] = useState(() => page.html() !== null); // made once: it is a copy of the whole page
  const done = (text: string): void => send({ kind: "say", message: { kind: "done", text } });
  const failed = (text: string): void => send({ kind: "say", message: { kind: "error", text } });
  const copy = (what: string, text: string): void => void page.copy(text).then((copied) => {
    refuse(copied ? "" : text);
    if (copied) done(`copied ${what}`);
    else send({ kind: "say", message: null });
  });
  const save = (name: string, content: string | Blob): void => { page.download(name, content); done(`saved ${name}`); };
  const png = (): void => void plotPng(plotSvg(lab), 2).then((picture) => save("lab.png", picture)).catch(() => failed("this browser makes no PNG here\nhint: save the picture as SVG"));
  const link = page.link(), html = (): void => { const text = page.html(); if (text) save("lab.html", text); };
  return (
    <Pane title="share this lab" send={send}>
      <div class="row">
        {link === null ? null : <button type="button" class="button strong" onClick={() => copy("the link", link)}>copy link</button>}
        {button("copy as Python", () => copy("the script", asPython(lab)))}
        {saves ? button("save this page", html) : null}
        {button("picture as SVG", () => save("lab.svg", plotSvg(lab)))}
        {button("picture as PNG", png)}
        {button("history as CSV", () => save("history.csv", historyCsv(lab)))}
      </div>
      {notes(lab, link).map((note) => <p key={note} style={{ marginTop: "8px" }}>{note}</p>)}
      {link === null && toHash(lab) ? button("copy what follows the address", () => copy("what follows the address", toHash(lab))) : null}
      {refused ? <Selected text={refused} /> : null}
      <details onToggle={(event) => read(event.currentTarget.open)}>
        <summary>the Python script</summary>
        {reading ? <pre class="script" tabIndex={0} aria-label="the Python script">{asPython(lab)}</pre> : null}
      </details>
    </Pane>
  );
}

const button = (label: string, onClick: () => void): VNode => <button type="button" class="button" onClick={onClick}>{label}</button>;

function notes(lab: Lab, link: string | null): string[] {
  const long = linkTooLong(lab);
  return [
    ...(link === null ? ["This page has no address of its own, so there is no link to it. Where the lab is on a page that has one, put what follows its address behind it."] : []),
    ...(long ? [`The link leaves out your ${lab.points.n} points: they would make it too long. Save the page instead.`] : []),
    ...(!long && link !== null && link.length > LONG ? [`The link has ${link.length} characters, and some programs cut long ones. To be safe, save the page.`] : []),
    ...(link?.startsWith("file:") ? ["The link works on this computer. For others, save the page and send them the file."] : []),
  ];
}

/** Text that could not be copied, selected so that a key press can. */
function Selected({ text }: { readonly text: string }): VNode {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => { field.current?.focus(); field.current?.select(); }, [text]);
  return (
    <label style={{ display: "block", marginTop: "8px" }}>
      The browser did not let the page copy. Here it is, selected: press Ctrl-C, or ⌘C.
      <textarea class="entry" style={{ marginTop: "6px" }} ref={field} rows={4} readOnly value={text} />
    </label>
  );
}
