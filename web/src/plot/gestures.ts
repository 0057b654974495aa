/** Mouse, touch and wheel on the plot: what is taken hold of, and which actions that means. */

import type { SVGAttributes, TargetedPointerEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tidy } from "../scale.ts";
import type { Action, Grip, Lab, View } from "../state.ts";
import { type Frame, holds } from "./frame.ts";
import { handleAt, type Handle } from "./hooks.tsx";
import { homeOf, panned, zoomed } from "./window.ts";

type Send = (action: Action) => void;
type Spot = readonly [x: number, y: number]; // px in the picture
type Fingers = ReadonlyMap<number, Spot>; // where each pointer is

/** What a press took hold of. */
interface Grab {
  readonly kind: "point" | "plane" | "pinch" | "hook" | "stroke";
  readonly index: number; // of the point
  readonly hook: Handle | null; // of a rectified line
  readonly at: Fingers; // where the press began
  readonly off: Spot; // from the pointer to the middle of what is held
  readonly frame: Frame; // as it was then
  readonly moved: boolean;
}

const SLIP = 4; // px that a click may move
const TWICE = 250; // ms within which a second click makes a double one
const FIRST = 8; // px by which a handle may be farther than a point and still be meant
const REACH = { touch: 22, mouse: 12 }; // px around a point

/** The point nearest to a spot; -1 where none is in reach. */
export function nearest({ points: { n, x, y } }: Pick<Lab, "points">, f: Frame, [atX, atY]: Spot, reach: number): number {
  let found = -1, least = reach * reach;
  for (let i = 0; i < n; i++) {
    const across = f.x(x[i]!) - atX;
    if (across > reach || across < -reach) continue;
    const up = f.y(y[i]!) - atY, far = across * across + up * up;
    if (far < least && holds(f, across + atX, up + atY)) [found, least] = [i, far];
  }
  return found;
}

/** A spot in data units, to as many digits as the eye can tell. */
export const valueAt = ({ x, y, view }: Frame, [atX, atY]: Spot): Spot => [tidy(x.invert(atX), view.x[1] - view.x[0]), tidy(y.invert(atY), view.y[1] - view.y[0])];

/** What the plot shows after the fingers went from `grab.at` to `now`. */
export function carried({ at, frame: { view, x, y, left, right, top, bottom } }: Pick<Grab, "at" | "frame">, now: Fingers, all: View): View {
  const [from, apart] = spread(at), [to, wide] = spread(now);
  const moved = panned(view, (from[0] - to[0]) / (right - left), (to[1] - from[1]) / (bottom - top));
  return apart && wide ? zoomed(moved, apart / wide, [x.invert(from[0]), y.invert(from[1])], all) : moved;
}

/** The middle of the fingers, and how far apart two of them are; 0 for one. */
function spread(fingers: Fingers): readonly [Spot, number] {
  const [one, two = one] = [...fingers.values()] as [Spot, Spot?];
  return [[(one[0] + two[0]) / 2, (one[1] + two[1]) / 2], apart(one, two)];
}

type PointerOn = TargetedPointerEvent<SVGSVGElement>;

export interface Gestures {
  readonly held: View | null; // what the plot must go on showing while something is dragged
  readonly stroke: readonly Spot[]; // as far as it is drawn
  readonly on: (frame: Frame) => SVGAttributes<SVGSVGElement>;
}

/** Listeners for the plot's picture. */
export function useGestures(lab: Lab, send: Send): Gestures {
  const [held, hold] = useState<View | null>(null), [stroke, draw] = useState<readonly Spot[]>([]), fingers = useRef(new Map<number, Spot>()).current, grab = useRef<Grab | null>(null), pen = useRef<readonly Spot[]>([]);
  const clicked = useClicks(send), ink = (spots: readonly Spot[]): void => draw((pen.current = spots));

  const drag = (grip: Grip): void => {
    const { kind, index, hook, off, frame } = grab.current!, [spot] = [...fingers.values()] as [Spot], [x, y] = valueAt(frame, [spot[0] + off[0], spot[1] + off[1]]);
    if (kind === "hook") send({ kind: "place", values: hook!.to(lab.parameters, x, y), grip });
    else send({ kind: "drag", index, x, y, grip });
  };
  const press = (frame: Frame) => (event: PointerOn): void => {
    const spot = spotOf(event, event.currentTarget, frame), touch = event.pointerType === "mouse" ? REACH.mouse : REACH.touch, now = grab.current;
    const found = nearest(lab, frame, spot, fingers.size ? 0 : touch), hook = !ONE || lab.drawing || fingers.size ? null : hooked(lab, frame, spot, touch, found);
    if (event.button || fingers.size > 1 || (now && (now.kind === "stroke" || (now.moved && (now.kind === "point" || now.kind === "hook")))) || (!hook && !lab.drawing && !holds(frame, ...spot) && nearest(lab, frame, spot, 8) < 0)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, spot);
    const kind = fingers.size > 1 ? "pinch" : lab.drawing ? "stroke" : hook ? "hook" : found < 0 ? "plane" : "point", { x, y } = lab.points, index = kind === "point" ? found : -1;
    const at = hook?.at ?? (index < 0 ? spot : [frame.x(x[index]!), frame.y(y[index]!)] as const);
    grab.current = { kind, index, hook, at: new Map(fingers), off: [at[0] - spot[0], at[1] - spot[1]], frame, moved: false };
    if (kind === "stroke") ink([kept(spot, frame)]);
    if (hook && hook.kind !== "flip") {
      send({ kind: "line", index: hook.line });
      event.currentTarget.querySelector<SVGElement>(`[data-line="${hook.line}"]`)?.focus({ preventScroll: true });
      event.preventDefault();
    }
    hold(kind === "plane" || kind === "pinch" ? null : frame.view);
  };
  const move = (event: PointerOn): void => {
    const now = grab.current, from = now?.at.get(event.pointerId);
    if (!now || !from) return;
    const spot = spotOf(event, event.currentTarget, now.frame), sideways = now.kind === "plane" && event.pointerType === "touch"; // upwards a finger scrolls the page
    if (now.kind === "stroke") return ink([...pen.current, kept(spot, now.frame)]);
    fingers.set(event.pointerId, sideways ? [spot[0], from[1]] : spot);
    if (now.hook?.kind === "flip" || (!now.moved && (sideways ? Math.abs(spot[0] - from[0]) - Math.abs(spot[1] - from[1]) : apart(spot, from)) < SLIP)) return;
    grab.current = { ...now, moved: true };
    if (now.kind === "point" || now.kind === "hook") drag(now.moved ? "move" : "begin");
    else send({ kind: "view", view: carried(now, fingers, homeOf(lab)) });
  };
  const release = (event: PointerOn): void => {
    const now = grab.current, from = now?.at.get(event.pointerId);
    if (!now || !from) return;
    const done = event.type === "pointerup" && !now.moved && apart(spotOf(event, event.currentTarget, now.frame), from) < 2 * SLIP;
    if (now.kind === "stroke" && event.type === "pointerup") {
      const at = pen.current.map((spot) => valueAt(now.frame, spot));
      send({ kind: "stroke", x: at.map(([x]) => x), y: at.map(([, y]) => y) });
    }
    if (now.kind === "hook") {
      if (now.moved) drag("end");
      if (done && now.hook!.kind === "flip") send({ kind: "flip", index: now.hook!.line });
    }
    if (now.kind === "point") {
      event.currentTarget.querySelector<SVGElement>(".plot-points")?.focus({ preventScroll: true });
      if (now.moved) drag("end");
      if (done) send({ kind: "choose", index: now.index });
    }
    if (now.kind === "plane" && done) clicked(now.frame, from);
    fingers.clear();
    grab.current = null;
    ink([]);
    hold(null);
  };
  const on = (frame: Frame): SVGAttributes<SVGSVGElement> => ({
    onPointerDown: press(frame), onPointerMove: move, onPointerUp: release, onPointerCancel: release,
    onWheel: (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const [x, y] = spotOf(event, event.currentTarget, frame), factor = Math.exp(Math.max(-25, Math.min(25, event.deltaY)) / 100);
      send({ kind: "view", view: zoomed(frame.view, factor, [frame.x.invert(x), frame.y.invert(y)], homeOf(lab)) });
    },
    onTouchStart: (event) => { // a finger on a point or a handle drags it: the page must not scroll under it
      const spot = spotOf(event.changedTouches[0]!, event.currentTarget, frame);
      if (lab.drawing || (ONE && handleAt(lab, frame, spot, REACH.touch)) || nearest(lab, frame, spot, REACH.touch) >= 0) event.preventDefault();
    },
  });
  return { held, stroke, on };
}

/** The handle under a pointer, where no point is much nearer. */
function hooked(lab: Lab, f: Frame, spot: Spot, reach: number, point: number): Handle | null {
  const found = handleAt(lab, f, spot, reach), { x, y } = lab.points;
  return found && (point < 0 || found.far <= FIRST + apart(spot, [f.x(x[point]!), f.y(y[point]!)])) ? found.handle : null;
}

/** A spot, or the nearest within the frame. */
const kept = ([x, y]: Spot, f: Frame): Spot => [Math.min(f.right, Math.max(f.left, x)), Math.min(f.bottom, Math.max(f.top, y))];

/** A click adds a point, a moment later: two of them show everything instead. */
function useClicks(send: Send): (frame: Frame, at: Spot) => void {
  const last = useRef<{ at: Spot; timer: ReturnType<typeof setTimeout>; add: () => void } | null>(null);
  useEffect(() => () => clearTimeout(last.current?.timer), []);
  return (frame, at) => {
    const before = last.current, [x, y] = valueAt(frame, at);
    last.current = null;
    clearTimeout(before?.timer);
    if (before && apart(before.at, at) < 30) return send({ kind: "view", view: null });
    before?.add();
    const add = (): void => { last.current = null; send({ kind: "add", x, y }); };
    last.current = { at, add, timer: setTimeout(add, TWICE) };
  };
}

const apart = (a: Spot, b: Spot): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** Where an event is in the picture, however large the page shows it. */
function spotOf({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }, picture: Element, { width, height }: Frame): Spot {
  const shown = picture.getBoundingClientRect();
  return [((clientX - shown.left) * width) / shown.width, ((clientY - shown.top) * height) / shown.height];
}
