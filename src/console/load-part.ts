/** A script of this page did not load: no answer came, or the service has a newer page without it. */
export class PartMissing extends Error {}

/** Loads a part of this page that not every visit needs: `loadPart(() => import("./part.ts"))`. @throws {PartMissing} */
export const loadPart = <Part>(load: () => Promise<Part>): Promise<Part> =>
  load().catch((error: unknown) => {
    // What a script throws while it runs is a fault of the script.
    throw error instanceof TypeError ? new PartMissing(error.message) : error;
  });
