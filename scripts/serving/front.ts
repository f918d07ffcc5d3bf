import { answerPage, type Page } from "./answer-page.ts";

/** The part of a Worker that this needs. */
type Service = { fetch: (request: Request, env: object, context: Context) => Response | Promise<Response> };

type Context = { waitUntil: (promise: Promise<unknown>) => void };

/** The folder of the database as workerd serves it, and the paths of the file in it and on the disk. */
type Storage = {
  STORAGE: { fetch: (url: string, init?: RequestInit) => Promise<Response> };
  DATABASE: { path: string; file: string };
};

/** Paths that never reach the service: the same as in `run_worker_first` of wrangler.toml. */
const pagePath = /^\/--(docs|console)(\/|$)/;

/**
 * Puts the static pages before the service, as Workers' assets do in production.
 *
 * @param pages by path: `/--docs/index.html`
 */
export function makeFront(service: Service, pages: Readonly<Record<string, Page>>): Service {
  const environments = new WeakMap<object, object>();
  return {
    fetch(request, env, context) {
      const known = environments.get(env) ?? { ...env, checkStorage: () => checkStorage(env as Storage) };
      environments.set(env, known);
      // Under a Host that is no host name the URL cannot be parsed; the service refuses it.
      const url = URL.parse(request.url);
      if (url && pagePath.test(url.pathname)) return answerPage(request, url, pages);
      const answer = Promise.resolve(service.fetch(request, known, context));
      const tell = ({ status }: Response) => (status === 503 ? tellStorage(env as Storage) : undefined);
      context.waitUntil(answer.then(tell, () => undefined));
      return answer;
    },
  };
}

const tellEveryMs = 1000;
let toldAt = 0;

/** Logs what is wrong with the file or its disk, of which D1 itself says "internal error". */
async function tellStorage(env: Storage): Promise<void> {
  if (Math.abs(Date.now() - toldAt) < tellEveryMs) return;
  toldAt = Date.now();
  await checkStorage(env).catch((error: Error) => console.log(JSON.stringify({ storage: error.message })));
}

/** SQLite keeps its file open: without this the service looks healthy on a file that is gone, or on a full disk. */
async function checkStorage({ STORAGE, DATABASE: { path, file } }: Storage): Promise<void> {
  const section = "docs/operating.md#the-local-database-fails";
  const found = await STORAGE.fetch(`http://storage/${path}`, { method: "HEAD" });
  if (!found.ok || found.headers.get("Content-Length") === "0") throw new Error(`${file} is gone or empty: ${section}`);
  const url = "http://storage/health";
  const probe = await STORAGE.fetch(url, { method: "PUT", body: " ".repeat(4096) }).catch(() => undefined);
  if (!probe?.ok) throw new Error(`the disk of ${file} is full, or cannot be written to: ${section}`);
}
