// Written by build.mjs from the files beside it.
import * as header from "./header.tsx";
import * as hinges from "./hinges.tsx";
import * as hint from "./hint.tsx";
import * as landscape from "./landscape.tsx";
import * as limit from "./limit.tsx";
import * as loop from "./loop.tsx";
import * as loss from "./loss.tsx";
import * as model from "./model.tsx";
import * as parameters from "./parameters.tsx";
import * as plane from "./plane.tsx";
import * as plot from "./plot.tsx";
import * as points from "./points.tsx";
import * as settings from "./settings.tsx";
import * as share from "./share.tsx";
import * as timeline from "./timeline.tsx";

export const VIEWS = { header, hint, landscape, loop, loss, model, parameters, points, settings, share, timeline, ...(ONE && { hinges, limit, plot }), ...(SEVERAL && { plane }) };
