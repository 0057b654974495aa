import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MOST_POINTS } from "../../src/points.ts";
import { readTable, type Wish } from "../../src/table.ts";
import { runs } from "../runs.ts";

const XY: Wish = { inputs: ["x"], target: "y" };
const read = (text: string, wish: Wish = XY) => {
  const { points: { x, y, sigma }, inputs, target } = readTable(text, "", wish);
  return { x: [...x], y: [...y], sigma: sigma && [...sigma], inputs, target };
};
const plain = { x: [1, 2], y: [3.5, -4], sigma: null, inputs: ["x"], target: "y" };

/** What a text is refused with. */
function refusal(text: string, name = "", wish: Wish = XY): string {
  try {
    readTable(text, name, wish);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as Error).message;
  }
  return "it was read";
}

describe("a table is read however it was written", () => {
  test.each([
    ["commas", "1,3.5\n2,-4"],
    ["semicolons", "1;3.5\n2;-4\n"],
    ["tabs", "1\t3.5\n2\t-4"],
    ["blanks", "  1   3.5\n 2  -4 \n"],
    ["a byte order mark", "\ufeff1,3.5\n2,-4"],
    ["Windows line ends", "1,3.5\r\n2,-4\r\n"],
    ["old Mac line ends", "1,3.5\r2,-4\r"],
    ["blank lines and comments", "# made by hand today\n\n1,3.5\n   \n% and\n2,-4\n\n"],
    ["rows of nothing but commas, as spreadsheets end", "1,3.5\n2,-4\n,\n,\n"],
    ["quotes", '"1","3.5"\n"2", "-4"'],
    ["decimal commas between semicolons", "1;3,5\n2;-4,0"],
    ["decimal commas between tabs", "1,0\t3,5\n2,0\t-4"],
    ["decimal commas between blanks", "1,0 3,5\n2,0 -4,0"],
    ["a typographic minus", "1,3.5\n2,\u22124"],
    ["exponents", "1e0,35e-1\n+2.,-.4E1"],
    ["quotes between blanks", '"x" "y"\n1   3.5\n2   -4'],
    ["a comment with a quote of its own", '# 5" tubes\n1,3.5\n2,-4'],
  ])("%s", (_, text) => expect(read(text)).toEqual(plain));

  test("names come from the first line, quotes within quotes and line ends included", () => {
    expect(read('"time, ""s""";"counts\nper s"\n1;3,5\n2;-4')).toEqual({ ...plain, inputs: ['time, "s"'], target: "counts per s" });
  });
  test("no name holds a backtick or is endless", () => {
    expect(read("a`b,y\n1,3.5\n2,-4").inputs[0]).toBe("a b");
    expect(read(`${"z".repeat(1000)},y\n1,3.5\n2,-4`).inputs[0]).toHaveLength(80);
  });
  test("a third column is the errors where its name says so", () => {
    expect(read("t,v,err\n1,3.5,0.1\n2,-4,0.2")).toEqual({ ...plain, inputs: ["t"], target: "v", sigma: [0.1, 0.2] });
    expect(read("t,v,w\n1,3.5,0.1\n2,-4,0.2").sigma).toBeNull();
    expect(read("1,3.5,0.1\n2,-4,0.2").sigma).toBeNull();
    expect(read("sigma,x,y\n1,1,3.5\n2,2,-4")).toEqual({ ...plain, sigma: [1, 2] });
    expect(read("sigma,u,v\n1,2,3\n2,3,4").sigma).toBeNull(); // the first column is x, whatever it is called
  });
  test("columns that are called as in the lab are preferred", () => {
    const text = "id,note,y,x\n7,a,3.5,1\n8,b,-4,2";
    expect(read(text, { inputs: ["x"], target: "y" })).toEqual(plain);
    expect(read("1,3.5\n2,-4", { inputs: ["t"], target: "v" })).toEqual({ ...plain, inputs: ["t"], target: "v" });
  });
  test("rows with gaps are left out where that is wished", () => {
    expect(read("x,y\n1,3.5\n9,\nNA,1\n2,-4\n3,nan\n4,inf\n1e999,2", { ...XY, drop: true })).toEqual(plain);
  });
});

describe("what is no table is refused, in words", () => {
  test.each([
    ["", "the table is empty\nhint: give it a line for each point: x, then y"],
    ["# only a comment\n", "the table is empty\nhint: give it a line for each point: x, then y"],
    ["x,y\n", "the table is empty\nhint: give it a line for each point: x, then y"],
    ["1\n2\n3", "the table has one column, x and y were expected\nhint: put a comma, a tab or a blank between them"],
    ["\0\0\0PNG", "the table is not text\nhint: save it as CSV and give that"],
    ["x,y\n1,2\n3,abc", 'the table row 2: y is "abc", a number was expected\nhint: write it like 1.5, or leave the cell empty for a gap'],
    ["x\ty\n1\t2\n3\t0x10", 'the table row 2: y is "0x10", a number was expected\nhint: write it like 1.5, or leave the cell empty for a gap'],
    ["x,y\n1,2\n3,inf", "the table has a gap in 1 of 2 rows, the first is row 2\nhint: fill it, or leave out rows with gaps"],
    ["x,y\n1,2\n3,1e999", "the table has a gap in 1 of 2 rows, the first is row 2\nhint: fill it, or leave out rows with gaps"],
    ["x,y\n1,\n2,3\n,4\n5,nan", "the table has a gap in 3 of 4 rows, the first is row 1\nhint: fill it, or leave out rows with gaps"],
    ["x,y\n1,2,3\n2,3", "the table row 1 has 3 cells, 2 were expected\nhint: leave a gap as an empty cell, start lines that are not data with #"],
    ["x,y,err\n1,2,0\n", 'the table row 1: err is "0", a number above 0 was expected\nhint: write it like 1.5, or leave the cell empty for a gap'],
    ['"x,y\n1,2', 'the table has a quote that is not closed, or closed too early: "x,y\n1,2\nhint: quotes come in pairs around a whole cell: "1.5"'],
    ['x,y,note\n1,2,5" tube\n3,4,6" tube', 'the table has a quote that is not closed, or closed too early: 5" tube\n3,4,6" tube\nhint: quotes come in pairs around a whole cell: "1.5"'],
    ["1,5;2\n1.5;3", 'the table row 1: x is "1,5", a number was expected\nhint: write it like 1.5, or leave the cell empty for a gap'],
    ['x,y\n"1,234",2', 'the table row 1: x is "1,234", a number was expected\nhint: write it like 1.5, or leave the cell empty for a gap'],
  ])("%j", (text, words) => expect(refusal(text)).toBe(words));

  test("a file is named", () => expect(refusal("# a\nx,y\n1,b", "d.csv")).toMatch('d.csv row 1: y is "b"'));
  test("all rows with gaps leave nothing", () => expect(refusal("x,y\n1,\n2,", "", { ...XY, drop: true })).toMatch("a gap in 2 of 2 rows"));
  test("too many rows", () => {
    expect(refusal("1,2\n".repeat(MOST_POINTS + 1))).toMatch(`${MOST_POINTS + 1} rows, at most ${MOST_POINTS}`);
    expect(readTable("1,2\n".repeat(MOST_POINTS), "", XY).points.n).toBe(MOST_POINTS);
  });
});

describe("whatever is dropped on the page", () => {
  const piece = fc.oneof(fc.constantFrom(",", ";", "\t", " ", "\n", '"', "#", "1", "-", "e", ".", "nan", "x", "\0", "\ud800", "é", "|"), fc.string(), fc.double().map(String));
  test("it is read or refused in words", () => {
    fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), fc.boolean(), (pieces, drop) => {
      try {
        const { points: { n, x, y, sigma } } = readTable(pieces.join(""), "f", { ...XY, drop });
        expect(n).toBeGreaterThan(0);
        expect([...x, ...y, ...(sigma ?? [])].every(Number.isFinite)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        expect((error as Error).message).toMatch(/^.+\nhint: .+$/su);
      }
    }), { seed: 42, numRuns: runs(600) });
  });
  test("any numbers come back exactly", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(fc.array(fc.tuple(number, number), { minLength: 1 }), fc.constantFrom(",", ";", "\t", "  "), (rows, between) => {
      const { points } = readTable(rows.map((row) => row.map((v) => (Object.is(v, -0) ? "-0" : v)).join(between)).join("\n"), "", XY);
      expect([...points.x, ...points.y]).toEqual([...rows.map(([x]) => x), ...rows.map(([, y]) => y)]);
    }), { seed: 42, numRuns: runs(200) });
  });
  test("nothing takes time out of proportion", () => {
    const begun = performance.now();
    for (const text of ['"'.repeat(1e6), `"${"a\n".repeat(5e5)}`, `${"1".repeat(1e6)}x,2`, " ".repeat(1e6), `1,${" ".repeat(1e6)}x`, ",".repeat(1e6), "1,2 ".repeat(2e5), '"1"'.repeat(3e5)]) refusal(text);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
