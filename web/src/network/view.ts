/** What every view of a network's page is given. */

import type { NetworkAction, NetworkLab } from "./lab.ts";
import type { Page } from "../view.ts";

export interface Props {
  readonly lab: NetworkLab;
  readonly send: (action: NetworkAction) => void;
  readonly page: Page;
}
