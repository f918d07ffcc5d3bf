import { enableCopying } from "./copy-samples.ts";
import { enableForms, showSession } from "./try-it.ts";

enableForms();
enableCopying();
await showSession();
// Whoever signs in meanwhile, in another tab, is shown here too.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void showSession();
});
