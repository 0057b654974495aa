/** Remembers a function's last answer, for arguments that are the same objects: the page asks the same thing many times a frame. */
export function memo<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  let last: { args: A; result: R } | null = null;
  return (...args) => {
    if (last === null || args.some((a, i) => !Object.is(a, last!.args[i]))) last = { args, result: f(...args) };
    return last.result;
  };
}
