import { sampleOrigin } from "../../scripts/openapi/example-values.ts";

/** A sample of the documentation as its page shows it: with the address of the service. */
export const showSample = (sample: string, origin: string): string => sample.replaceAll(sampleOrigin, origin);
