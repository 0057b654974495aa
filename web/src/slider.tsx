/** A slider for mouse, touch, keyboard and screen reader. What it stands on is up to the view: its children. */

import type { ComponentChildren, TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import { useRef } from "preact/hooks";
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

/** The CSS of every slider; a view that uses one puts it into its own. */
export const sliderStyle = `
.squiggly .slider{position:relative;min-height:44px;padding:0 11px;cursor:pointer;touch-action:pan-y;user-select:none;-webkit-user-select:none}
.squiggly .slider .box{position:relative;height:100%;min-height:44px}
.squiggly .slider .line{position:absolute;left:0;right:0;top:50%;border-top:2px solid var(--line);margin-top:-1px}
.squiggly .slider .done{position:absolute;left:0;top:50%;border-top:2px solid var(--grip,var(--model));margin-top:-1px}
.squiggly .slider .mark{position:absolute;top:50%;height:8px;margin-top:-4px;border-left:1px solid var(--line)}
.squiggly .slider .handle{position:absolute;top:50%;width:20px;height:20px;margin:-10px;border-radius:50%;cursor:grab;
background:var(--card);border:2.6px solid var(--grip,var(--model));display:grid;place-items:center;font-weight:700;line-height:1;color:var(--model)}
.squiggly .slider .handle:focus-visible{border-radius:50%}
.squiggly .slider:active .handle{cursor:grabbing}
.squiggly .slider[data-off]{cursor:default;opacity:.5}`;

interface Press { over: number; to: number; down: boolean } // to: where keys led from the value `over`, which may not be drawn yet
interface Held { offset: number; x: number; y: number; near: boolean; begun: boolean; from: number }

type Kept<T> = { current: T }; // from one drawing to the next

const REACH = 22; // px around the handle's middle that take hold of it
const SLACK = 3; // px a pointer moves before a drag begins

/** A handle on a scale. A drag or a key press is "begin", "move" …, "end"; a click on the line jumps there. */
export function Slider(props: SliderProps): VNode {
  const { label, value, min, max, valueText, ticks = [], y, disabled, children } = props;
  const box = useRef<HTMLDivElement>(null), held = useRef<Held | null>(null), press = useRef<Press>({ over: value, to: value, down: false });
  if (press.current.over !== value) press.current = { ...press.current, over: value, to: value };
  const at = `${(100 * shareOf(props, value)).toFixed(2)}%`;
  return (
    <div class={`slider ${props.class ?? ""}`} data-off={disabled || undefined} {...pointing(props, box, held)}>
      <div class="box" ref={box}>
        {children ?? [<div class="line" key="line" />, <div class="done" key="done" style={{ width: at }} />]}
        {ticks.map((tick) => <i class="mark" key={tick} style={{ left: `${(100 * shareOf(props, tick)).toFixed(2)}%` }} />)}
        <div class="handle" role="slider" tabIndex={disabled ? -1 : 0} aria-label={label} aria-valuemin={min} aria-valuemax={max} aria-disabled={disabled || undefined}
          aria-valuenow={Math.min(max, Math.max(min, value))} aria-valuetext={valueText} {...typing(props, press)}
          style={{ left: at, ...(y === undefined ? {} : { top: `${y.toFixed(1)}px` }) }}>{value > max ? "\u203a" : value < min ? "\u2039" : null}</div>
      </div>
    </div>
  );
}

/** What mouse, pen and finger do. */
function pointing(props: SliderProps, box: Kept<HTMLDivElement | null>, held: Kept<Held | null>) {
  const { value, disabled, onChange } = props;
  const along = (x: number): number => {
    const { left, width } = box.current!.getBoundingClientRect();
    return (x - left) / Math.max(width, 1);
  };
  const drag = (grip: Held, x: number): void => {
    onChange(valueAt(props, along(x) - grip.offset), grip.begun ? "move" : "begin");
    grip.begun = true;
  };
  const down = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    if (disabled || event.button !== 0 || !event.isPrimary) return;
    const { clientX: x, clientY: y, currentTarget, pointerType } = event, offset = along(x) - shareOf(props, value);
    const near = Math.abs(offset) * box.current!.offsetWidth <= REACH;
    currentTarget.setPointerCapture(event.pointerId);
    currentTarget.querySelector<HTMLElement>("[role=slider]")?.focus({ preventScroll: true });
    held.current = { offset: near ? offset : 0, x, y, near, begun: false, from: value };
    if (pointerType === "touch") return; // it may be the beginning of a scroll
    event.preventDefault();
    if (!near) drag(held.current, x);
  };
  const move = ({ clientX: x, clientY: y }: TargetedPointerEvent<HTMLDivElement>): void => {
    const grip = held.current, across = grip ? Math.abs(x - grip.x) : 0;
    if (grip && (grip.begun || (across >= SLACK && across >= Math.abs(y - grip.y)))) drag(grip, x);
  };
  const up = ({ clientX: x }: TargetedPointerEvent<HTMLDivElement>): void => {
    const grip = held.current;
    held.current = null;
    if (!grip || (grip.near && !grip.begun)) return;
    if (!grip.begun) drag(grip, x); // a tap on the line
    onChange(valueAt(props, along(x) - grip.offset), "end");
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
function typing(props: SliderProps, press: Kept<Press>) {
  const { disabled, onChange } = props;
  const key = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const next = disabled || event.ctrlKey || event.metaKey || event.altKey ? null : stepped({ ...props, value: press.current.to }, event.key, event.shiftKey);
    if (next === null) return;
    event.preventDefault();
    onChange(next, event.repeat && press.current.down ? "move" : "begin");
    press.current = { ...press.current, to: next, down: true };
  };
  const release = (): void => {
    if (press.current.down) onChange(press.current.to, "end");
    press.current = { ...press.current, down: false };
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
  const by = (KEYS[key] ?? NaN) * (far ? 10 : 1);
  if (Number.isNaN(by)) return null;
  const { min, max, step, log, value } = scale;
  const share = step && !log ? step / (max - min) : 1 / 200;
  return valueAt(scale, Number.isFinite(by) ? shareOf(scale, value) + by * share : Math.sign(by));
}
