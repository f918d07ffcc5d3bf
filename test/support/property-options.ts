import { env } from "cloudflare:workers";

const fixedSeed = 20_261_123;

/**
 * How often fast-check runs a property, and from which seed: a thirtieth of the full size from a fixed seed, so that
 * `npm test` does the same every time; the full size from a random one under `npm run test:long`.
 *
 * fast-check prints the seed of a failure: `SEED=… npm test` repeats it.
 */
export function propertyOptions(runsAtFull: number): { numRuns: number; seed?: number } {
  const isFull = env.SCALE === "full";
  const numRuns = isFull ? runsAtFull : Math.ceil(runsAtFull / 30);
  if (env.SEED !== "") return { numRuns, seed: Number(env.SEED) };
  return isFull ? { numRuns } : { numRuns, seed: fixedSeed };
}
