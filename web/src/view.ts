/** What every view is given, and what it must give: one file in views/ each, found by the build. */

import type { VNode } from "preact";
import type { Action, Lab } from "./state.ts";

/** What a view may ask of the page it stands on: the things that are not pictures. main.ts does them. */
export interface Page {
  /** Puts text on the clipboard; false where the browser refuses. */
  readonly copy: (text: string) => Promise<boolean>;
  /** Hands a file to the reader. */
  readonly download: (name: string, content: string | Blob) => void;
  /** The address that opens this lab as it stands; null where the page has no address of its own (in a sandbox, in a notebook). */
  readonly link: () => string | null;
  /** This page with the lab as it stands, as one HTML file; null where the page is not a file (in a notebook). */
  readonly html: () => string | null;
  /** Puts a file's table in as points, or says what is wrong with it. drop: rows with gaps are left out. */
  readonly readFile: (file: File, drop?: boolean) => void;
  /** Whether what this page computes agrees with what Python computed: "" where it does, otherwise what differs. null: nothing to compare. */
  readonly checked: string | null;
  /** Whether the reader asked for less motion. */
  readonly still: boolean;
}

export interface Props {
  readonly lab: Lab;
  readonly send: (action: Action) => void;
  readonly page: Page;
}

/** Where on the page: from top to bottom, `main` left and `side` right where there is room. */
export type Place = "header" | "main" | "side" | "panel";

export interface View {
  readonly place: Place;
  readonly order: number; // within the place, low first
  readonly inputs?: "one" | "several"; // the pages it is for; all where it says nothing
  readonly style: string; // its CSS; every selector begins with a class of its own
  readonly view: (props: Props) => VNode | null;
}
