/** What a page of a recogniser knows: the photos it was shown. Pure: what changes it is told, and a new one comes back. */

import type { Answer } from "./recognise.ts";

/** A photo on the page: being read, answered, or not to be read. */
export interface Card {
  readonly id: number;
  readonly name: string;
  readonly picture: HTMLCanvasElement | null;
  readonly answer: Answer | null;
  readonly error: string; // in words; "" for none
  readonly looked: boolean; // whether it is shown where it looked
}

export interface PhotoLab { readonly cards: readonly Card[]; readonly next: number; readonly said: string }

export const MOST_CARDS = 500;

export type Action =
  | { readonly kind: "add"; readonly names: readonly string[] }
  | { readonly kind: "answer"; readonly id: number; readonly picture: HTMLCanvasElement; readonly answer: Answer }
  | { readonly kind: "fail"; readonly id: number; readonly error: string }
  | { readonly kind: "look"; readonly id: number }
  | { readonly kind: "remove"; readonly id: number }
  | { readonly kind: "clear" }
  | { readonly kind: "say"; readonly text: string };

export const empty: PhotoLab = { cards: [], next: 0, said: "" };

export function update(lab: PhotoLab, action: Action): PhotoLab {
  const change = (id: number, what: Partial<Card>): readonly Card[] => lab.cards.map((card) => (card.id === id ? { ...card, ...what } : card));
  switch (action.kind) {
    case "add": {
      const room = action.names.slice(0, MOST_CARDS), added = room.map((name, k) => ({ id: lab.next + k, name, picture: null, answer: null, error: "", looked: false }));
      const left = action.names.length - room.length;
      return { cards: [...added, ...lab.cards].slice(0, MOST_CARDS), next: lab.next + added.length, said: left > 0 ? `${left} photos were left out: ${MOST_CARDS} fit on the page` : "" };
    }
    case "answer": {
      const card = lab.cards.find(({ id }) => id === action.id);
      return card ? { ...lab, cards: change(action.id, { picture: action.picture, answer: action.answer }), said: `${card.name}: ${inWords(action.answer)}` } : lab;
    }
    case "fail": return { ...lab, cards: change(action.id, { error: action.error }), said: action.error };
    case "look": return { ...lab, cards: lab.cards.map((card) => (card.id === action.id ? { ...card, looked: !card.looked } : card)) };
    case "remove": return { ...lab, cards: lab.cards.filter(({ id }) => id !== action.id), said: "removed" };
    case "clear": return { ...lab, cards: [], said: "all photos are removed" };
    case "say": return { ...lab, said: action.text };
  }
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const inWords = ({ label, chances, likeliest }: Answer): string => (label === null ? "none of these" : `${label}, ${percent(chances[likeliest]!)}`);

/** The answers as a table that any program reads. */
export function asTable(cards: readonly Card[], classes: readonly string[]): string {
  const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text), rows = cards.filter(({ answer }) => answer).sort((a, b) => a.id - b.id);
  const lines = rows.map(({ name, answer }) => [quoted(name), quoted(answer!.label ?? "none of these"), ...answer!.chances.map((v) => v.toFixed(4))].join(","));
  return [["photo", "answer", ...classes.map(quoted)].join(","), ...lines].join("\n") + "\n";
}
