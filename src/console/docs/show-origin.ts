/** Stands for the service's address in the samples: `sampleOrigin` of scripts/openapi/example-values.ts. */
const sampleOrigin = "https://cloudapi.example.com";

/** Puts the address of this service into every sample. */
export function showOrigin(): void {
  for (const sample of document.querySelectorAll("pre.sample")) {
    sample.textContent = sample.textContent?.replaceAll(sampleOrigin, window.location.origin) ?? "";
  }
}
