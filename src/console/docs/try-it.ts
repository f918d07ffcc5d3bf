import { Refusal } from "../api/refusal.ts";
import { sendRequest } from "../api/send-request.ts";
import { isKept, readKeptSession, type Session, watchSession } from "../keys/kept-session.ts";
import { readTrial, type Trial } from "./read-trial.ts";
import { makeConsoleLink, showAnswer, showSentence } from "./show-answer.ts";

/** Shows the form of the page, which sends its operation, signed with the key that the console keeps. */
export async function enableTrial(): Promise<void> {
  for (const form of document.querySelectorAll<HTMLFormElement>("form.try")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void submit(form);
    });
  }
  await showSession();
  // Whoever signs in or forgets the key meanwhile, in another tab, is shown here too.
  watchSession(() => void showSession());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void showSession();
  });
}

/** Says who is signed in, and by which key. */
async function showSession(): Promise<void> {
  const place = document.querySelector("#session");
  const session = await readKeptSession();
  if (!place) return;
  if (!session) {
    place.replaceChildren("Nobody is signed in. To try an operation, ", makeConsoleLink("sign in at the console"), ".");
    return;
  }
  const acting = session.operator ? " An operator: put another account for login to act as it." : "";
  place.replaceChildren(`Signed in as ${session.login}, with the key ${session.key.fingerprint}.${acting}`);
}

async function submit(form: HTMLFormElement): Promise<void> {
  const place = form.nextElementSibling;
  // One at a time: a second click sends no second write.
  if (!place || form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    await send(readTrial(form), place);
  } finally {
    form.ariaBusy = "false";
  }
}

async function send(trial: Trial, place: Element): Promise<void> {
  const session = trial.isUnsigned ? null : await readKeptSession();
  if (!session && !trial.isUnsigned) {
    showSentence(place, "Nothing was sent: nobody is signed in. ", makeConsoleLink("Sign in at the console"), ".");
    return;
  }
  const asked = `${trial.method} ${trial.path}`;
  if (trial.isChange && !confirmChange(asked, session)) {
    showSentence(place, "Nothing was sent.");
    return;
  }
  // Another tab may have forgotten the key before the answer to that.
  if (session && !(await isKept(session))) {
    showSentence(place, "Nothing was sent: you forgot the key in another tab.");
    return;
  }
  showSentence(place, `${asked} …`);
  try {
    await showAnswer(place, asked, await sendRequest(makeRequest(trial), session));
  } catch (error) {
    const what =
      error instanceof Refusal ? describeSilence(trial) : `The browser does not send this: ${String(error)}.`;
    showSentence(place, `${asked}: ${what}`);
  }
}

/** Asks before a request that may change something. A dry run changes nothing. */
const confirmChange = (asked: string, session: Session | null): boolean =>
  window.confirm(
    `${asked}\n\nThis is no rehearsal: it changes what the service stores, as ${session?.login}. Send it?`,
  );

/** A request without an answer may have been made all the same. */
const describeSilence = ({ isChange }: Trial): string =>
  `no answer came; check the network.${isChange ? " The change may have been made." : ""}`;

/** @throws {TypeError} a header has characters that none can have */
function makeRequest({ method, path, headers, body }: Trial) {
  const url = new URL(path, window.location.origin);
  new Headers(headers);
  return { method, url, headers, ...(body !== "" && { body: new TextEncoder().encode(body) }) };
}
