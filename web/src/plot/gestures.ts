/** Mouse, touch and wheel on the plot: what is taken hold of, and which actions that means. */

import type { SVGAttributes, TargetedPointerEvent, TargetedTouchEvent, TargetedWheelEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tidy } from "../scale.ts";
import type { Action, Lab, View } from "../state.ts";
import { type Frame, holds } from "./frame.ts";
import { homeOf, panned, zoomed } from "./window.ts";

type Send = (action: Action) => void;
type Spot = readonly [x: number, y: number]; // px in the picture
type Fingers = ReadonlyMap<number, Spot>; // where each pointer is

/** What a press took hold of. */
interface Grab {
  readonly kind: "point" | "plane" | "pinch";
  readonly index: number; // of the point
  readonly at: Fingers; // where the press began
  readonly off: Spot; // from the pointer to the middle of the point
  readonly frame: Frame; // as it was then
  readonly moved: boolean;
}

const SLIP = 4; // px that a click may move
const TWICE = 250; // ms within which a second click makes a double one
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
  const [a, b] = spread(at), [c, d] = spread(now);
  const moved = panned(view, (a[0] - c[0]) / (right - left), (c[1] - a[1]) / (bottom - top));
  const about: Spot = [x.invert(a[0]), y.invert(a[1])];
  return b && d ? zoomed(moved, b / d, [about[0], about[1]], all) : moved;
}

/** The middle of the fingers, and how far apart two of them are; 0 for one. */
function spread(fingers: Fingers): readonly [Spot, number] {
  const [one, two = one] = [...fingers.values()] as [Spot, Spot?];
  return [[(one[0] + two[0]) / 2, (one[1] + two[1]) / 2], Math.hypot(one[0] - two[0], one[1] - two[1])];
}

type PointerOn = TargetedPointerEvent<SVGSVGElement>;

export interface Gestures {
  readonly held: View | null; // what the plot must go on showing while a point is dragged
  readonly on: (frame: Frame) => SVGAttributes<SVGSVGElement>;
}

/** Listeners for the plot's picture. */
export function useGestures(lab: Lab, send: Send): Gestures {
  const [held, hold] = useState<View | null>(null);
  const fingers = useRef(new Map<number, Spot>()), grab = useRef<Grab | null>(null);
  const click = useRef<{ at: Spot; timer: ReturnType<typeof setTimeout>; add: () => void } | null>(null);
  useEffect(() => () => clearTimeout(click.current?.timer), []);

  const drag = (grip: "begin" | "move" | "end"): void => {
    const { index, off, frame } = grab.current!, [spot] = [...fingers.current.values()] as [Spot];
    const [x, y] = valueAt(frame, [spot[0] + off[0], spot[1] + off[1]]);
    send({ kind: "drag", index, x, y, grip });
  };
  const press = (frame: Frame) => (event: PointerOn): void => {
    if (event.button !== 0 || fingers.current.size > 1) return;
    const spot = spotOf(event, frame);
    if (!holds(frame, ...spot) && nearest(lab, frame, spot, 8) < 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    if (grab.current?.kind === "point" && grab.current.moved) return;
    fingers.current.set(event.pointerId, spot);
    const index = fingers.current.size > 1 ? -1 : nearest(lab, frame, spot, reachOf(event.pointerType));
    const off: Spot = index < 0 ? [0, 0] : [frame.x(lab.points.x[index]!) - spot[0], frame.y(lab.points.y[index]!) - spot[1]];
    grab.current = { kind: fingers.current.size > 1 ? "pinch" : index < 0 ? "plane" : "point", index, at: new Map(fingers.current), off, frame, moved: false };
    hold(index < 0 ? null : frame.view);
  };
  const move = (event: PointerOn): void => {
    const now = grab.current, from = now?.at.get(event.pointerId);
    if (!now || !from || !fingers.current.has(event.pointerId)) return;
    const spot = spotOf(event, now.frame);
    fingers.current.set(event.pointerId, spot);
    const sideways = now.kind === "plane" && event.pointerType === "touch"; // upwards a finger scrolls the page
    if (!now.moved && (sideways ? Math.abs(spot[0] - from[0]) - Math.abs(spot[1] - from[1]) : apart(spot, from)) < SLIP) return;
    grab.current = { ...now, moved: true };
    if (now.kind === "point") drag(now.moved ? "move" : "begin");
    else send({ kind: "view", view: carried(now, sideways ? new Map([[event.pointerId, [spot[0], from[1]]]]) : fingers.current, homeOf(lab)) });
  };
  const release = (event: PointerOn): void => {
    const now = grab.current;
    if (!now || !fingers.current.has(event.pointerId)) return;
    const from = now.at.get(event.pointerId), done = event.type === "pointerup" && from && apart(fingers.current.get(event.pointerId)!, from) < 2 * SLIP;
    if (now.kind === "point") event.currentTarget.querySelector<SVGElement>(".plot-points")?.focus({ preventScroll: true });
    if (now.kind === "point" && now.moved) drag("end");
    if (now.kind === "point" && !now.moved && done) send({ kind: "choose", index: now.index });
    if (now.kind === "plane" && !now.moved && done) clicked(now.frame, from);
    fingers.current.clear();
    grab.current = null;
    hold(null);
  };
  /** A click adds a point, a moment later: two of them show everything instead. */
  const clicked = (frame: Frame, at: Spot): void => {
    const before = click.current;
    click.current = null;
    clearTimeout(before?.timer);
    if (before && apart(before.at, at) < 30) return send({ kind: "view", view: null });
    before?.add();
    const [x, y] = valueAt(frame, at);
    const add = (): void => { click.current = null; send({ kind: "add", x, y }); };
    click.current = { at, add, timer: setTimeout(add, TWICE) };
  };
  const wheel = (frame: Frame) => (event: TargetedWheelEvent<SVGSVGElement>): void => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const [x, y] = spotOf(event, frame), factor = Math.exp(Math.max(-25, Math.min(25, event.deltaY)) / 100);
    send({ kind: "view", view: zoomed(frame.view, factor, [frame.x.invert(x), frame.y.invert(y)], homeOf(lab)) });
  };
  /** A finger on a point drags it: the page must not scroll under it. */
  const touch = (frame: Frame) => (event: TargetedTouchEvent<SVGSVGElement>): void => {
    const [finger] = event.changedTouches;
    if (finger && nearest(lab, frame, spotOf({ currentTarget: event.currentTarget, clientX: finger.clientX, clientY: finger.clientY }, frame), REACH.touch) >= 0) event.preventDefault();
  };
  const on = (frame: Frame): SVGAttributes<SVGSVGElement> => ({
    onPointerDown: press(frame), onPointerMove: move, onPointerUp: release, onPointerCancel: release, onWheel: wheel(frame), onTouchStart: touch(frame),
  });
  return { held, on };
}

const reachOf = (kind: string): number => (kind === "mouse" ? REACH.mouse : REACH.touch);

const apart = (a: Spot, b: Spot): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

interface Pointed { readonly currentTarget: SVGSVGElement; readonly clientX: number; readonly clientY: number }

/** Where an event is in the picture, however large the page shows it. */
function spotOf({ currentTarget, clientX, clientY }: Pointed, { width, height }: Frame): Spot {
  const shown = currentTarget.getBoundingClientRect();
  return [((clientX - shown.left) * width) / shown.width, ((clientY - shown.top) * height) / shown.height];
}
