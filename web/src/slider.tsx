/** A slider for mouse, touch, keyboard and screen reader. What it stands on is up to the view: its children. */

import type { ComponentChildren, TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import { useRef } from "preact/hooks";
import { px } from "./scale.ts";
import type { Grip } from "./state.ts";

export interface SliderProps {
  readonly label: string;
  readonly value: number; // outside min … max the handle waits at the end
  readonly min: number;
  readonly max: number;
  readonly valueText: string; // what a screen reader says, with the unit or the name
  readonly onChange: (value: number, grip: Grip) => void;
  readonly log?: boolean; // equal factors at equal distances; min above 0
  readonly step?: number; // values are whole steps from min; otherwise round numbers
  readonly ticks?: readonly number[]; // small marks under the line
  readonly y?: number; // of the handle from the top of the box, in px; otherwise the middle
  readonly class?: string;
  readonly disabled?: boolean;
  readonly children?: ComponentChildren; // drawn behind the handle, over the full width; otherwise a line
}

/** The CSS of every slider. */
export const sliderStyle = `
.slider{position:relative;min-height:44px;padding:0 11px;cursor:pointer;touch-action:pan-y;user-select:none;-webkit-user-select:none}
.slider .box{position:relative;height:100%;min-height:44px}
.slider .box>*{position:absolute;top:50%}
.slider .line,.slider .done{left:0;border-top:2px solid var(--line);margin-top:-1px}
.slider .line{right:0}
.slider .done{border-color:var(--model)}
.slider .mark{height:8px;margin-top:-4px;border-left:1px solid var(--line)}
.slider .handle{width:20px;height:20px;margin:-10px;border-radius:50%;cursor:grab;background:var(--card);border:2.6px solid var(--grip,var(--model));display:grid;place-items:center;font-weight:700;line-height:1}
.slider:active .handle{cursor:grabbing}
.slider[data-off]{cursor:default;opacity:.5}`;

const SLACK = 3; // px a pointer moves before a drag begins

/** A handle on a scale. A drag or a key press is "begin", "move" …, "end"; a click on the line jumps there. */
export function Slider(props: SliderProps): VNode {
  const { label, value, min, max, valueText, ticks = [], y, disabled, children } = props;
  const left = (at: number): string => `${px(100 * shareOf(props, at))}%`;
  return (
    <div class={`slider ${props.class ?? ""}`} data-off={disabled || undefined} {...useDrag({ reach: 22, ...props })}>
      <div class="box">
        {children ?? [<div class="line" />, <div class="done" style={{ width: left(value) }} />]}
        {ticks.map((tick) => <i class="mark" style={{ left: left(tick) }} />)}
        <div class="handle" role="slider" tabIndex={disabled ? -1 : 0} aria-label={label} aria-valuemin={min} aria-valuemax={max} aria-disabled={disabled || undefined}
          aria-valuenow={Math.min(max, Math.max(min, value))} aria-valuetext={valueText} {...useKeys(props)}
          style={{ left: left(value), top: y && `${px(y)}px` }}>{value > max ? "\u203a" : value < min ? "\u2039" : null}</div>
      </div>
    </div>
  );
}

interface Dragged extends Scale {
  readonly reach?: number; // px around the handle's middle that take hold of it, without a jump
  readonly disabled?: boolean;
  readonly onChange: SliderProps["onChange"];
}

type Pointed = TargetedPointerEvent<HTMLElement>;

/** What mouse, pen and finger do on an element whose first child is as wide as the scale. A finger may be scrolling the page: it drags once it goes sideways. */
export function useDrag(props: Dragged) {
  const { value, reach = 0, disabled, onChange } = props;
  const held = useRef<{ offset: number; x: number; y: number; near: boolean; begun: boolean; from: number } | null>(null);
  const along = ({ currentTarget, clientX }: Pointed): readonly [share: number, width: number] => {
    const { left, width } = currentTarget.firstElementChild!.getBoundingClientRect();
    return [(clientX - left) / Math.max(width, 1), width];
  };
  const drag = (event: Pointed, grip: Grip): void => {
    onChange(valueAt(props, along(event)[0] - held.current!.offset), grip);
    held.current!.begun = true;
  };
  const down = (event: Pointed): void => {
    if (disabled || event.button || !event.isPrimary) return;
    const { clientX: x, clientY: y, currentTarget } = event, [share, width] = along(event);
    const offset = share - shareOf(props, value), near = Math.abs(offset) * width < reach;
    currentTarget.setPointerCapture(event.pointerId);
    currentTarget.querySelector<HTMLElement>("[role=slider]")?.focus({ preventScroll: true });
    held.current = { offset: near ? offset : 0, x, y, near, begun: false, from: value };
    if (event.pointerType === "touch") return;
    event.preventDefault();
    if (!near) drag(event, "begin");
  };
  const move = (event: Pointed): void => {
    const grip = held.current, across = grip ? Math.abs(event.clientX - grip.x) : 0;
    if (grip?.begun) drag(event, "move");
    else if (grip && across >= SLACK && across >= Math.abs(event.clientY - grip.y)) drag(event, "begin");
  };
  const up = (event: Pointed): void => {
    const grip = held.current;
    if (grip && !grip.near && !grip.begun) drag(event, "begin"); // a tap on the line
    if (grip?.begun) drag(event, "end");
    held.current = null;
  };
  /** The browser took the pointer for something else, such as scrolling: as if nothing had been dragged. */
  const cancel = (): void => {
    const grip = held.current;
    held.current = null;
    if (!grip?.begun) return;
    onChange(grip.from, "move");
    onChange(grip.from, "end");
  };
  return { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: cancel, onLostPointerCapture: cancel };
}

/** What the keys do: one press is one change, however long it is held. */
function useKeys(props: SliderProps) {
  const { value, disabled, onChange } = props;
  const press = useRef({ over: value, to: value, down: false }).current; // to: where keys led from the value `over`, which may not be drawn yet
  if (press.over !== value) press.over = press.to = value;
  const key = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const next = disabled || event.ctrlKey || event.metaKey || event.altKey ? null : stepped({ ...props, value: press.to }, event.key, event.shiftKey);
    if (next === null) return;
    event.preventDefault();
    onChange(press.to = next, event.repeat && press.down ? "move" : "begin");
    press.down = true;
  };
  const release = (): void => {
    if (press.down) onChange(press.to, "end");
    press.down = false;
  };
  return { onKeyDown: key, onKeyUp: release, onBlur: release };
}

type Scale = Pick<SliderProps, "min" | "max" | "log" | "step" | "value">;

/** Where on the line a value stands: 0 … 1. */
export function shareOf({ min, max, log }: Pick<SliderProps, "min" | "max" | "log">, value: number): number {
  const share = log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Number.isNaN(share) ? 0 : Math.min(1, Math.max(0, share));
}

/** The value at a place on the line, on round numbers or whole steps. */
export function valueAt({ min, max, log, step }: Omit<Scale, "value">, share: number): number {
  if (share <= 0 || share >= 1) return share <= 0 ? min : max;
  if (log) return Number((min * (max / min) ** share).toPrecision(3));
  const unit = step ?? 10 ** (Math.floor(Math.log10(max - min)) - 3), from = step ? min : 0;
  const value = from + Math.round((min + share * (max - min) - from) / unit) * unit;
  return Math.min(max, Math.max(min, Number(value.toPrecision(12))));
}

const KEYS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity };

/** Where a key leads from the value; null where the key means nothing here. */
export function stepped(scale: Scale, key: string, far: boolean): number | null {
  const by = KEYS[key], { min, max, step } = scale;
  return by ? valueAt(scale, shareOf(scale, scale.value) + by * (far ? 10 : 1) * (step ? step / (max - min) : 1 / 200)) : null;
}
