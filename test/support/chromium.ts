import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The Chromium of this machine: `CHROMIUM`, or where distributions put it; undefined where there is none. */
export const chromiumPath = [process.env["CHROMIUM"], ...places].find((path) => path && existsSync(path));

/** Why the tests in a browser do not run here. */
export const withoutChromium = "there is no Chromium here: apt-get install chromium, or set CHROMIUM to its path";

/** A host name that is no loopback one, and that leads to this machine in Chromium alone. */
export const outerHost = "console.example";

/** Starts Chromium, which finds no host but 127.0.0.1. @param outerPort where {@link outerHost} counts as https */
export function startChromium({ outerPort = 0 }: { outerPort?: number } = {}): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    // As root it has no sandbox of its own.
    args: [
      "--no-sandbox",
      `--host-resolver-rules=MAP ${outerHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
      ...(outerPort > 0 ? [`--unsafely-treat-insecure-origin-as-secure=http://${outerHost}:${outerPort}`] : []),
    ],
  });
}

/** Runs in every page, before its own scripts. */
const reportBreaches = `document.addEventListener("securitypolicyviolation", (breach) =>
  console.error("policy breach: " + breach.violatedDirective + " " + breach.blockedURI + " " + breach.sample));`;

/** How a window looks at the pages. */
export type Look = { colorScheme?: "light" | "dark"; width?: number; height?: number; hasScripts?: boolean };

/** A window with storage of its own. It notes what no page may do: an error, an outside request, a breach of the policy. */
export class Window {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong, a line each. */
  readonly faults: string[] = [];
  /** Console errors that a test expects, such as the browser's own line for an answer of 412. */
  readonly expected: RegExp[] = [];

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.context = context;
    this.page = page;
    this.#watch(page, origin);
  }

  /** Opens a window that may ask `origin` alone. */
  static async open(
    browser: Browser,
    origin: string,
    { colorScheme = "light", width = 1280, height = 800, hasScripts = true }: Look = {},
  ): Promise<Window> {
    const context = await browser.newContext({
      baseURL: origin,
      colorScheme,
      viewport: { width, height },
      javaScriptEnabled: hasScripts,
    });
    // A wait ends by what it waits for, however slow the machine is: Vitest's own limit ends what never comes.
    context.setDefaultTimeout(0);
    await context.addInitScript({ content: reportBreaches });
    return new Window(context, await context.newPage(), origin);
  }

  #watch(page: Page, origin: string): void {
    page.on("pageerror", (error) => this.#note(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.#note(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !url.startsWith("data:") && !url.startsWith("blob:")) {
        this.#note(`outside request: ${url}`);
      }
    });
  }

  #note(fault: string): void {
    if (!this.expected.some((pattern) => pattern.test(fault))) this.faults.push(fault);
  }

  /** Closes it, and answers what went wrong in it. */
  async close(): Promise<readonly string[]> {
    await this.context.close();
    return this.faults;
  }
}
