import { enableCopying } from "./copy-samples.ts";
import { showOrigin } from "./show-origin.ts";

showOrigin();
enableCopying();
void import("./search.ts").then(({ enableSearch }) => enableSearch());
if (document.querySelector("form.try")) void import("./try-it.ts").then(({ enableTrial }) => enableTrial());
