/** The page of a recogniser: where photos are dropped, a card for each, and how good it is. Props to picture; nothing is kept here. */

import { useEffect, useRef } from "preact/hooks";
import base from "../style.css";
import type { PhotoDocument } from "./contract.ts";
import { type Action, type Card, inWords, percent, type PhotoLab } from "./state.ts";

export const STYLE: string = base + `
.squiggly{min-height:100vh}
.squiggly .sheet{display:block;max-width:1080px}
.squiggly h1{font:600 30px/1.2 var(--serif);margin:6px 0 4px}
.squiggly h2{font:600 19px/1.3 var(--serif);margin:0 0 8px}
.lead{margin:0 0 18px;color:var(--soft);max-width:62ch}
.drop{display:flex;flex-direction:column;align-items:center;gap:10px;border:2px dashed var(--line);border-radius:14px;background:var(--card);padding:30px 18px;text-align:center}
.drop.over{border-color:var(--model);background:var(--lit)}
.drop p{margin:0;color:var(--soft)}
.choices{display:flex;gap:10px;flex-wrap:wrap;justify-content:center}
label.button{display:inline-flex;align-items:center;cursor:pointer}
label.button:focus-within{outline:2px solid var(--data);outline-offset:2px}
.tools{display:flex;gap:4px;flex-wrap:wrap;align-items:center;margin:16px 0 8px;min-height:44px}
.tools .label{margin-right:auto}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:16px;list-style:none;margin:0;padding:0}
.card{border:1px solid var(--line);border-radius:12px;background:var(--card);overflow:hidden;display:flex;flex-direction:column}
.card.wrong{border-color:var(--wrong)}
.view{position:relative;height:200px;display:grid;place-items:center;background:var(--paper);overflow:hidden}
.view canvas{max-width:100%;max-height:200px;display:block}
.card .body{padding:10px 14px 4px;flex:1}
.said{font:600 20px/1.25 var(--serif);margin:0;overflow-wrap:anywhere}
.said span{font:400 16px var(--mono);color:var(--soft);white-space:nowrap}
.name{margin:2px 0 8px;font-size:12.5px;color:var(--soft);overflow-wrap:anywhere}
.bars{margin:0;display:grid;grid-template-columns:minmax(3em,max-content) 1fr;gap:3px 8px;align-items:center;font-size:13px}
.bars dt{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:9em}
.bars dd{margin:0;display:flex;align-items:center;gap:8px;font-family:var(--mono);font-size:12px}
.bars dd span{width:4.6em;text-align:right}
.bars i{flex:1;height:7px;border-radius:4px;background:var(--line);overflow:hidden}
.bars b{display:block;height:100%;background:var(--model)}
.card .ends{display:flex;justify-content:space-between;padding:0 6px 4px}
.error{color:var(--wrong);margin:0 0 8px;white-space:pre-line;overflow-wrap:anywhere}
.score{margin-top:26px;border-top:1px solid var(--line);padding-top:16px;max-width:70ch}
.score p{margin:0 0 8px}
.score table{border-collapse:collapse;font-size:14px}
.score td,.score th{padding:3px 14px 3px 0;text-align:left;font-weight:400}
.score td.n{font-family:var(--mono);text-align:right}
.score summary{min-height:44px;display:flex;align-items:center;cursor:pointer;color:var(--soft)}
.warn{background:var(--lit);border-left:3px solid var(--wrong);padding:8px 12px;margin:0 0 14px}
@media(pointer:fine){.camera{display:none!important}}
@container(max-width:819px){.cards{grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:10px}.view,.view canvas{height:150px;max-height:150px}.view canvas{height:auto}.drop{padding:20px 12px}.card .body{padding:8px 10px 2px}}
`;

const MOST_BARS = 5;

export interface Props {
  readonly document: PhotoDocument;
  readonly lab: PhotoLab;
  readonly over: boolean; // whether something is being dragged over the page
  readonly wrong: string; // what differs from Python; "" for nothing
  readonly send: (action: Action) => void;
  readonly take: (files: readonly File[]) => void;
  readonly examples: () => void;
  readonly copy: () => void;
  readonly save: () => void;
}

/** Class names as a question: "owl, cat or rabbit?" */
export function question(classes: readonly string[]): string {
  const few = classes.slice(0, 6), rest = classes.length - few.length;
  return (rest ? `${few.join(", ")} or ${rest} more` : `${few.slice(0, -1).join(", ")} or ${few.at(-1)}`) + "?";
}

export function App(props: Props) {
  const { document, lab, over, wrong, send, take } = props, { cards } = lab, done = cards.filter(({ answer }) => answer).length;
  const chosen = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    take([...(input.files ?? [])]);
    input.value = "";
  };
  return (
    <div class="sheet">
      <header>
        <h1>{document.title}</h1>
        <p class="lead">Show it a photo: {question(document.classes)} Photos stay on this device; the page asks for nothing.</p>
      </header>
      {wrong && <p class="warn" role="alert">This browser does not compute what Python computed ({wrong}): its answers are not to be trusted.</p>}
      <section class={`drop${over ? " over" : ""}`} aria-label="photos to recognise">
        <div class="choices">
          <label class="button strong">Choose photos<input class="unseen" type="file" accept="image/*" multiple onChange={chosen} /></label>
          <label class="button camera">Camera<input class="unseen" type="file" accept="image/*" capture="environment" onChange={chosen} /></label>
          {document.examples.length > 0 && <button class="button" onClick={props.examples}>Try examples</button>}
        </div>
        <p>or drop them anywhere on the page, or paste one</p>
      </section>
      <div class="unseen" role="status" aria-live="polite">{lab.said}</div>
      {cards.length > 0 && (
        <div class="tools">
          <p class="label">{cards.length === 1 ? "1 photo" : `${cards.length} photos`}{done < cards.length && cards.some((c) => !c.answer && !c.error) ? `, ${done} answered` : tally(cards)}</p>
          <button class="quiet" onClick={props.copy}>Copy as a table</button>
          <button class="quiet" onClick={props.save}>Save as CSV</button>
          <button class="quiet" onClick={() => send({ kind: "clear" })}>Remove all</button>
        </div>
      )}
      <ul class="cards">{cards.map((card) => <One key={card.id} card={card} classes={document.classes} send={send} />)}</ul>
      <Score document={document} />
    </div>
  );
}

/** How often each answer was given. */
function tally(cards: readonly Card[]): string {
  const counts = new Map<string, number>();
  for (const { answer } of cards) if (answer) { const name = answer.label ?? "none of these"; counts.set(name, (counts.get(name) ?? 0) + 1); }
  const said = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([name, n]) => `${n} ${name}`).join(", ");
  return cards.length > 1 && said ? `: ${said}` : "";
}

function One({ card, classes, send }: { card: Card; classes: readonly string[]; send: Props["send"] }) {
  const { id, name, answer, error, picture, looked } = card;
  const order = answer ? answer.chances.map((_, k) => k).sort((a, b) => answer.chances[b]! - answer.chances[a]!).slice(0, MOST_BARS) : [];
  return (
    <li class={`card${error ? " wrong" : ""}`} data-photo={name}>
      {!error && <div class="view">{picture ? <Picture picture={picture} looked={looked ? answer!.looked : null} label={answer ? inWords(answer) : name} /> : <span class="label">reading …</span>}</div>}
      <div class="body">
        {error ? <p class="error">{error}</p> : answer && <p class="said">{answer.label ?? "none of these"} {answer.label !== null && <span>{percent(answer.chances[answer.likeliest]!)}</span>}</p>}
        <p class="name">{name}{answer && answer.label === null ? ` · most like ${classes[answer.likeliest]}` : ""}</p>
        {answer && <dl class="bars">{order.map((k) => [<dt title={classes[k]!}>{classes[k]}</dt>, <dd><i><b style={{ width: `${100 * answer.chances[k]!}%` }} /></i><span>{percent(answer.chances[k]!)}</span></dd>])}</dl>}
      </div>
      <div class="ends">
        {answer?.looked ? <button class="quiet" aria-pressed={looked} onClick={() => send({ kind: "look", id })}>where it looked</button> : <span />}
        <button class="quiet" aria-label={`remove ${name}`} onClick={() => send({ kind: "remove", id })}>×</button>
      </div>
    </li>
  );
}

/** The photo; where the recogniser did not look, it is dimmed. */
function Picture({ picture, looked, label }: { picture: HTMLCanvasElement; looked: { columns: number; values: readonly number[] } | null; label: string }) {
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = place.current!, { width, height } = picture, pen = Object.assign(canvas, { width, height }).getContext("2d")!;
    pen.drawImage(picture, 0, 0);
    if (!looked) return;
    const { columns, values } = looked, rows = values.length / columns, shade = Object.assign(window.document.createElement("canvas"), { width: columns, height: rows }), small = shade.getContext("2d")!;
    values.forEach((v, k) => { small.fillStyle = `rgba(8,10,14,${(0.8 * (1 - v)).toFixed(3)})`; small.fillRect(k % columns, Math.floor(k / columns), 1, 1); });
    pen.imageSmoothingQuality = "high";
    pen.drawImage(shade, 0, 0, width, height);
  }, [picture, looked]);
  return <canvas ref={place} role="img" aria-label={label} />;
}

function Score({ document: { score, recalls, classes, about } }: { document: PhotoDocument }) {
  const { right, n, interval, common, lines } = score;
  return (
    <section class="score">
      <h2>How good it is</h2>
      {n > 0 && <p>Of {n.toLocaleString("en")} photos it had never seen it recognised {right.toLocaleString("en")}: {percent(right / n)}; of others like them, {percent(interval[0]!)} to {percent(interval[1]!)} at 95 %.{common !== null && ` Always naming the largest class gets ${percent(common)}; a weight for each of 16 by 16 pixels ${percent(lines / n)}.`}</p>}
      {about.map((sentence) => <p>{sentence}</p>)}
      <details>
        <summary>Each class</summary>
        <table><tbody>{classes.map((name, k) => <tr><th scope="row">{name}</th><td class="n">{recalls[k] === null ? "" : percent(recalls[k]!)}</td></tr>)}</tbody></table>
      </details>
    </section>
  );
}
