/** The geometry, the colours and the words of the network's page. */

import { expect, test } from "vitest";
import type { NetDocument, NetworkDocument } from "../../src/network/contract.ts";
import { countOf, drawingOf, featureName, firstOf, linkAt, neighbour, parametersOf, thickness, UNIT } from "../../src/network/drawing.ts";
import { drawn, engineOf, featured, namesOf, shapeOf } from "../../src/network/layers.ts";
import { activations, diverging, evenSpan, fieldOf, finely, hex, numberOf, outputSpan, shareIn, spanOf, windowOf } from "../../src/network/maps.ts";
import { checkedDocument, selfCheck } from "../../src/network/main.ts";
import { featuresOf, open, update } from "../../src/network/state.ts";
import { asDocument } from "../../src/network/views/page.tsx";
import { sentence, shapeOf as shapeInWords } from "../../src/network/views/head.tsx";
import { epochOf, gradientOf, scoreOf, splitOf, unitName } from "../../src/network/views/parts.tsx";
import { formulaOf, weightsCsv } from "../../src/network/views/share.tsx";
import { ownTable } from "../../src/network/views/table.tsx";

const net: NetDocument = { inputs: ["x1", "x2"], target: "class", labels: ["orange", "blue"], features: ["x1", "x2"], hidden: [3, 2], activation: "tanh" };
const document: NetworkDocument = {
  version: 1, kind: "network", title: "Two classes", net, data: { kind: "circle", n: 60, noise: 0, x: [], y: [] }, scale: [[0, 1], [0, 1], [0, 1]], held: 0.5, seed: 3, start: null, loss: "cross-entropy",
  walk: { rate: 0.1, steps: 100, optimizer: "sgd", schedule: "steady", zero: true, batch: 10, penalty: "none", decay: 0 }, hide: [], checks: { x: [], y: [], at: [] },
};

// --- Where parameters are ---

test("a unit's parameters are where the engine's names say they are", () => {
  const names = namesOf(shapeOf(net));
  expect(countOf(net)).toBe(names.length);
  for (const [layer, width] of [[1, 3], [2, 2], [3, 1]] as const) {
    for (let unit = 0; unit < width; unit++) {
      const { first, count, bias } = parametersOf(net, layer, unit);
      expect(names.slice(first, first + count)).toEqual(Array.from({ length: count }, (_, i) => `w${layer}_${unit + 1}_${i + 1}`));
      expect(names[bias]).toBe(`b${layer}_${unit + 1}`);
    }
  }
  expect([firstOf(net, 1), firstOf(net, 2), firstOf(net, 3)]).toEqual([0, 9, 17]);
});

test("units are counted through as the engine counts them", () => {
  const { first } = shapeOf(net);
  expect([0, 1, 2, 3].map((layer) => numberOf(net, { layer, unit: 0 }))).toEqual(first);
});

// --- Where things stand ---

test("a link is found from its beginning to its end, and nothing far from any", () => {
  const drawing = drawingOf(net, 800);
  expect(drawing.links.length).toBe(2 * 3 + 3 * 2 + 2);
  for (const link of drawing.links) {
    const [x0, y0, , , , , x1, y1] = link.d.match(/-?[\d.]+/g)!.map(Number) as [number, number, number, number, number, number, number, number];
    expect(linkAt(drawing, x1 - 1, y1)).toBe(link);
    const begins = linkAt(drawing, x0 + 1, y0)!;
    expect([begins.layer, begins.from]).toEqual([link.layer, link.from]);
  }
  expect(linkAt(drawing, drawing.columns[1]! + 80, 5)).toBeNull();
  expect(linkAt(drawing, drawing.columns[1]!, drawing.middles[1]![0]!)).toBeNull();
});

test("a drawing is as wide as its place where that suffices, and units never touch", () => {
  expect(drawingOf(net, 800).width).toBeLessThanOrEqual(800);
  const deep = drawingOf({ ...net, hidden: [8, 8, 8, 8, 8, 8] }, 300);
  expect(deep.width).toBeGreaterThan(300);
  for (const column of deep.middles) for (let i = 1; i < column.length; i++) expect(column[i]! - column[i - 1]!).toBeGreaterThan(UNIT);
});

test("a heavier weight has a wider link, and no weight covers the drawing", () => {
  expect(thickness(0.1)).toBeLessThan(thickness(-1));
  expect(thickness(1e9)).toBeLessThan(8);
  expect(thickness(NaN)).toBe(0);
});

test("arrow keys lead through a layer and to the next, and stop at the edge", () => {
  expect(neighbour(net, 1, 0, "ArrowDown")).toEqual({ layer: 1, unit: 1 });
  expect(neighbour(net, 1, 0, "ArrowUp")).toBeNull();
  expect(neighbour(net, 1, 2, "ArrowRight")).toEqual({ layer: 2, unit: 1 });
  expect(neighbour(net, 3, 0, "ArrowRight")).toBeNull();
  expect(neighbour(net, 0, 0, "ArrowLeft")).toBeNull();
  expect(neighbour(net, 0, 0, "q")).toBeNull();
});

test("features are written as mathematics writes them", () => {
  expect(featuresOf(2).map((name) => featureName(name, 2))).toEqual(["x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂"]);
  expect(featuresOf(1).map((name) => featureName(name, 1))).toEqual(["x", "x²", "sin x"]);
});

// --- Maps ---

test("a field runs from the lower left to the upper right, as the network sees it", () => {
  const { x, n } = fieldOf({ x: [0, 10], y: [100, 200] }, [[5, 5], [100, 50], [0, 1]], 2, 3);
  expect([...x.subarray(0, 3)]).toEqual([-1, 0, 1]);
  expect([x[n], x[n + 8]]).toEqual([0, 2]);
});

test("a small map holds what the engine gives at its places", () => {
  const lab = open(document), { field, values } = activations(lab), fine = finely(lab, 40);
  const rows = featured(net.features, field.x, field.n), out = new Float64Array(2 * field.n);
  engineOf(net, lab.loss).forward(lab.parameters, rows, field.n, out);
  const from = field.n * numberOf(net, { layer: 3, unit: 0 });
  expect(values.slice(from)).toEqual(out.slice(field.n));
  expect(values.slice(0, field.n)).toEqual(field.x.slice(0, field.n));
  expect(fine.field.n).toBe(1600);
  expect(windowOf(lab)).toEqual({ x: [-6, 6], y: [-6, 6] });
});

test("colours go from the model's over paper to the data's", () => {
  const ramp = diverging({ paper: "#ffffff", data: "#0000ff", model: "#ff0000", ink: "#000000", soft: "#888888" }, 1);
  expect([hex(ramp[0]!), hex(ramp[255]!), hex(ramp[256]!), hex(ramp.at(-1)!)]).toEqual(["#ff0000", "#ffffff", "#ffffff", "#0000ff"]);
});

test("two colours only: one up to the middle, the other from there on", () => {
  const span = { low: 0, high: 1, levels: 2 };
  expect([-3, 0.49, 0.51, 7].map((v) => shareIn(span, v))).toEqual([0, 0, 1, 1]);
  expect(shareIn({ ...span, levels: 0 }, 0.25)).toBe(0.25);
  expect(evenSpan(Float64Array.of(0, 1, -4, Infinity), 0, 4)).toEqual({ low: -4, high: 4, levels: 0 });
});

test("the output's colours reach over what it can be", () => {
  const lab = open(document);
  expect(outputSpan(lab)).toEqual({ low: 0, high: 1, levels: 0 });
  expect(spanOf({ ...lab, discrete: true }, { layer: 3, unit: 0 }, activations(lab)).levels).toBe(2);
  expect(spanOf(lab, { layer: 1, unit: 0 }, activations(lab))).toEqual({ low: -1, high: 1, levels: 0 });
});

// --- Numbers ---

test("loss, share right and gradient are the engine's over the right rows", () => {
  const lab = open(document), { train, held } = splitOf(lab), { engine, rows, y } = { engine: engineOf(net, lab.loss), rows: featured(net.features, lab.points.x, 60), y: lab.points.y };
  const score = scoreOf(lab), out = new Float64Array(120), slopes = new Float64Array(countOf(net));
  expect(train.length + held.length).toBe(60);
  expect(score.train).toBe(engine.gradient(lab.parameters, rows, y, train, 0, train.length, slopes));
  expect(score.held).toBe(engine.loss(lab.parameters, rows, y, held));
  expect(gradientOf(lab)).toEqual(slopes);
  engine.forward(lab.parameters, rows, 60, out);
  expect(score.right![1]).toBeCloseTo([...held].filter((i) => out[i]! > 0 === (y[i] === 1)).length / held.length, 12);
  expect([epochOf(lab, 2), epochOf(lab, 3), epochOf(lab, 7)]).toEqual([0, 1, 2]);
});

test("without held-out rows there is no held-out loss", () => {
  expect(scoreOf(open({ ...document, held: 0 })).held).toBeNaN();
});

// --- Words ---

test("a sentence says what is trained on what", () => {
  const lab = open(document);
  expect(sentence(lab)).toBe("2 inputs → 3 tanh → 2 tanh → 1 · 20 parameters · circle, 60 points, 30 held out");
  expect(shapeInWords({ ...net, features: ["x1", "sin(x1)"], hidden: [] })).toBe("2 features → 1");
  expect([unitName(net, { layer: 0, unit: 1 }), unitName(net, { layer: 2, unit: 0 }), unitName(net, { layer: 3, unit: 0 })]).toEqual(["feature x₂", "layer 2, unit 1: tanh", "output"]);
});

test("the weights as CSV bring back every number", () => {
  const lab = open(document), lines = weightsCsv(lab).trim().split("\n");
  expect(lines[0]).toBe("name,value");
  expect(lines.slice(1).map((line) => Number(line.split(",")[1]))).toEqual([...lab.parameters]);
});

test("the formula as text computes what the network computes", () => {
  const lab = open({ ...document, net: { ...net, hidden: [2] } }), x = [0.7, -1.3] as const, values: Record<string, number> = { "x₁": x[0], "x₂": x[1] };
  const compute = (sum: string): number => sum.replaceAll(" − ", " + −").split(" + ").reduce((all, term) => {
    const [number, name] = term.replace("−", "-").split(" ");
    return all + Number(number) * (name ? values[name]! : 1);
  }, 0);
  const lines = formulaOf(lab).split("\n");
  for (const line of lines.slice(0, -1)) { const [, name, sum] = /^(\w+) = tanh\((.*)\)$/.exec(line)!; values[name!] = Math.tanh(compute(sum!)); }
  const [, sum] = /^share of blue = sigmoid\((.*)\)$/.exec(lines.at(-1)!)!, out = new Float64Array(2);
  engineOf(lab.net, lab.loss).forward(lab.parameters, Float64Array.from(x), 1, out);
  expect(1 / (1 + Math.exp(-compute(sum!)))).toBeCloseTo(out[1]!, 3);
});

// --- The reader's own table ---

test("words of two classes become labels, in the alphabet's order", () => {
  const action = ownTable("width,height,kind\n1,2,pear\n3,4,apple\n5,6,pear\n7,8,apple", "");
  expect(action).toEqual({ kind: "table", net: { inputs: ["width", "height"], target: "kind", labels: ["apple", "pear"] }, points: { n: 4, x: Float64Array.of(1, 3, 5, 7, 2, 4, 6, 8), y: Float64Array.of(1, 0, 1, 0) } });
});

test("two columns of numbers are one input and a number, with or without names, whatever separates them", () => {
  for (const text of ["x y\n0 1\n1 2,5\n2 3\n3 4", "0\t1\n1\t2,5\n2\t3\n3\t4", "x;y\n0;1\n1;2.5\n2;3\n3;4"]) {
    const action = ownTable(text, "");
    expect(action).toMatchObject({ net: { inputs: ["x"], target: "y", labels: null }, points: { n: 4, y: Float64Array.of(1, 2.5, 3, 4) } });
  }
});

test.each([
  ["a,b,c\n1,2,x\n1,2,y\n1,2,z", /last column has 3 different words: x, y, z; two classes, or numbers, were expected\nhint: keep the rows of two/],
  ["a,b,c\n1,2,x\n1,2,x", /1 different words/],
  ["a,b,c,d\n1,2,3,4", /has 4 columns, two or three were expected\nhint: /],
  ["7\n8", /has 1 column, two or three/],
  ["", /is empty\nhint: /],
  ["a,b\n1,2\n3\n", /row 2 has 1 cells, 2 were expected/],
  ["a,b\n1,\n", /has a gap in row 1/],
  ["a,b\n1,2\n2,3", /has 2 rows, at least 4/],
  ["a,b,c\n1,x,2\n1,2,3\n1,2,3\n1,2,3", /row 1: b is "x", a number was expected/],
])("a table that does not fit is refused in words: %j", (text, words) => {
  expect(() => ownTable(text, "")).toThrow(RangeError);
  expect(() => ownTable(text, "")).toThrow(words);
});

// --- The door, the check, the file ---

test("the page compares what it computes with what Python computed", () => {
  const parameters = [...drawn(net, 1)], x = [[0.3, -1], [0.5, 2]], y = [0, 1], gradient = new Float64Array(parameters.length);
  const loss = engineOf(net, "cross-entropy").gradient(Float64Array.from(parameters), featured(net.features, x.flat(), 2), Float64Array.from(y), Int32Array.of(0, 1), 0, 2, gradient);
  const checks = { x, y, at: [{ parameters, loss, gradient: [...gradient] }] };
  expect(selfCheck(document)).toBeNull();
  expect(selfCheck({ ...document, checks })).toBe("");
  expect(selfCheck({ ...document, checks: { ...checks, at: [{ parameters, loss: loss + 1e-8, gradient: [...gradient] }] } })).toMatch(/^loss .* in Python$/);
  expect(selfCheck({ ...document, checks: { ...checks, at: [{ parameters, loss, gradient: [...gradient.with(4, 9)] }] } })).toMatch(/^the gradient of parameter 5 /);
});

test("a damaged document is refused", () => {
  expect(checkedDocument(document)).toBe(document);
  for (const damaged of [null, { ...document, version: 2 }, { ...document, scale: [] }, { ...document, net: { ...net, inputs: [] } }]) expect(() => checkedDocument(damaged as never)).toThrow(/damaged\nhint: /);
});

test("the document of a lab opens that lab", () => {
  const lab = update(update(open(document), { kind: "layers", hidden: [4] }), { kind: "weight", index: 2, value: 0.25, grip: "begin" });
  const again = open(asDocument(lab));
  expect([again.net, again.parameters, again.points]).toEqual([lab.net, lab.parameters, lab.points]);
  const table = ownTable("a,b,c\n1,2,p\n3,4,q\n5,6,p\n7,8,q", "");
  const own = update(lab, table), back = open(asDocument(own));
  expect([back.net, back.points, back.scale]).toEqual([own.net, own.points, own.scale]);
});

