/** The seed of what a test does at random: `SEED=… npm test` repeats it, else it is always the same, or another each time in full. */
export const seed = Number(process.env["SEED"] || (process.env["LONG"] ? Date.now() % 1_000_000 : 20_261_123));

/** Numbers from 0 up to a bound, the same ones for the same seed. */
export function makeRandom(state = seed): (bound: number) => number {
  let last = state;
  return (bound) => {
    last = (Math.imul(last ^ (last >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (last >>> 8) % bound;
  };
}
