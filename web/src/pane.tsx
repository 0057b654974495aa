/** The card that a panel opens in, and what every panel has: a way out, a place for complaints. */

import type { ComponentChildren, VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Props } from "./view.ts";

/** The CSS of every pane; a view that is one puts it into its own. */
export const paneStyle = `
.squiggly .pane{position:relative;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 18px 10px;overflow-wrap:anywhere;font-size:14px;outline:0}
.squiggly .pane h2{font-size:15px;line-height:1.3;margin:0 44px 10px 0}
.squiggly .pane h3{font-weight:600;font-size:13px;line-height:1.3;color:var(--soft);margin:0 0 6px}
.squiggly .pane p{margin:8px 0 0;color:var(--soft)}
.squiggly .pane .close{position:absolute;top:2px;right:4px;font-size:20px;line-height:1}
.squiggly .pane .row{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;margin-top:8px}
.squiggly .pane .row p{margin:0}
.squiggly .pane .entry{border:1px solid var(--line);background:var(--paper);border-radius:8px;min-height:44px;padding:9px 12px;min-width:0;max-width:100%}
.squiggly .pane textarea{display:block;width:100%;resize:vertical;font-family:var(--mono);line-height:1.5}
.squiggly .pane .entry[aria-invalid]{border-color:var(--wrong)}
.squiggly .pane summary{cursor:pointer;color:var(--soft);padding:11px 0}
.squiggly .pane pre{overflow:auto;margin:0}
.squiggly .fault{color:var(--wrong);margin-top:6px}
.squiggly .fault :is(pre,span){color:var(--ink)}`;

interface PaneProps {
  readonly title: string;
  readonly send: Props["send"];
  readonly children: ComponentChildren;
}

/** A card across the page. Opening it moves the focus in, Escape and × close it and give the focus back. */
export function Pane({ title, send, children }: PaneProps): VNode {
  const card = useRef<HTMLElement>(null);
  const close = (): void => send({ kind: "panel", panel: null });
  useLayoutEffect(() => moved(card.current!), []);
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    close();
  };
  return (
    <section class="pane unprinted" ref={card} tabIndex={-1} aria-label={title} onKeyDown={key}>
      <h2>{title}</h2>
      {children}
      <button type="button" class="quiet close" aria-label={`close ${title}`} onClick={close}>×</button>
    </section>
  );
}

/** The focus into a card; returns what brings it back to where it came from, unless it has gone elsewhere meanwhile. */
function moved(card: HTMLElement): () => void {
  const root = card.getRootNode() as Document | ShadowRoot;
  const from = root.activeElement;
  card.focus();
  return () => {
    const lost = !root.activeElement || card.contains(root.activeElement) || root.activeElement.localName === "body";
    if (lost && from instanceof HTMLElement && from.isConnected) from.focus();
  };
}

/** What is wrong, in the house's words: the problem, a line with a caret below it where there is one, a hint. Read out as it appears. */
export function Fault({ text }: { readonly text: string }): VNode {
  const [said, hint] = text.split("\nhint: "), [problem, ...marked] = said!.split("\n");
  return (
    <div class={text && "fault"} aria-live="polite">
      {problem}
      {marked.length ? <pre>{marked.join("\n")}</pre> : hint && <br />}
      <span>{hint}</span>
    </div>
  );
}
