import type { Refusal } from "./refusal.ts";

/** A refusal for a person: what happened, why, and what to do. */
export type Described = { title: string; text: string; advice: string };

/** The service takes dates within 300 seconds of its own clock. docs/contract.md#authentication */
const maxSkewSeconds = 300;

/** Says a refusal in clear words. */
export function describeRefusal(refusal: Refusal): Described {
  const skew = describeSkew(refusal);
  if (skew) return skew;
  const row = rows[refusal.status];
  const { title, advice } = row ? row(refusal) : { title: "The service refused this", advice: "" };
  const text = toSentence(refusal.message);
  return refusal.mayBeMade ? { title: silence, text, advice: again } : { title, text, advice };
}

const silence = "No answer says whether the change was made";
const again = "An earlier try got no answer. Send the change again: it is made once.";

type Row = (refusal: Refusal) => { title: string; advice: string };

const rows: Readonly<Record<number, Row>> = {
  0: () => ({
    title: "The service cannot be reached",
    advice: "Check the network. A change that was sent is kept here, and is made once when you send it again.",
  }),
  2: () => ({
    title: "This page is older than the service",
    advice: "Copy what you typed and did not save. Then reload the page.",
  }),
  401: ({ code }) =>
    code === "KeyForgotten"
      ? { title: "Nothing was sent", advice: "It was forgotten or replaced in another tab." }
      : {
          title: "The service does not know this key",
          advice:
            "The login may be another one, or the key was deleted or not added yet. Sign in with a key that is on the account.",
        },
  403: ({ code }) =>
    code === "QuotaExceeded"
      ? {
          title: "The account has reached a limit",
          advice: "Shorten or delete what you no longer need, or ask the operator.",
        }
      : {
          title: "The account may not do this",
          advice: "It is disabled, or the path is another account's and you are no operator.",
        },
  404: () => ({
    title: "Not found",
    advice: "It was deleted, it was never there, or it is no longer shared with this account.",
  }),
  409: () => ({ title: "The service cannot do this", advice: "" }),
  412: () => ({
    title: "Someone else changed it meanwhile",
    advice: "Nothing was overwritten. Compare the two, and choose.",
  }),
  413: () => ({ title: "This is too large", advice: "One request holds at most 100,000 bytes." }),
  422: () => ({ title: "The service refused this change", advice: "Nothing was changed." }),
  428: () => ({
    title: "The service wants to know what you edited",
    advice: "Open the image again, and edit it anew.",
  }),
  429: ({ retryAfterSeconds }) => ({
    title: "Too many requests at once",
    advice: `Nothing was done. Try again in ${formatSeconds(retryAfterSeconds ?? 10)}.`,
  }),
  500: ({ requestId }) => ({
    title: "The service failed",
    advice: `Tell the operator the request's id: ${requestId ?? "unknown"}.`,
  }),
  503: ({ retryAfterSeconds }) => ({
    title: "The service cannot do this at the moment",
    advice: `The database is busy or read-only. Try again in ${formatSeconds(retryAfterSeconds ?? 5)}; a change is made once, however often it is sent.`,
  }),
};

/** A clock that is off is the cause of a refused date, whatever the code says. */
function describeSkew({ status, clockSkewSeconds: skew }: Refusal): Described | undefined {
  if ((status !== 400 && status !== 401) || skew === null || Math.abs(skew) <= maxSkewSeconds) return undefined;
  const off = `${formatSeconds(Math.abs(skew))} ${skew > 0 ? "fast" : "slow"}`;
  return {
    title: "This computer's clock is wrong",
    text: `It is ${off}, compared with the service's. Every request carries its time, within ${formatSeconds(maxSkewSeconds)}.`,
    advice: "Set the clock, and try again.",
  };
}

/** `90 minutes`: seconds in the largest unit that keeps two digits. */
function formatSeconds(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, "day"],
      [3600, "hour"],
      [60, "minute"],
    ] as const
  ).find(([size]) => seconds >= 2 * size) ?? [1, "second"];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Words that begin a message of the service's own. Any other beginning is somebody's text, a field or a parameter. */
const beginsPlainly = /^(?:an?|the|this|these|there|it|only|other|more|no|image|keys|tag|invalid)\s/;

/** The service's message as a sentence. What somebody typed stays as it was typed. */
export function toSentence(message: string): string {
  const [, missing] = /^(.+) does not exist$/s.exec(message) ?? [];
  if (missing !== undefined) return `There is no ${missing}.`;
  const ended = `${message}${/[.!?]$/.test(message) ? "" : "."}`;
  return beginsPlainly.test(ended) ? `${ended.charAt(0).toUpperCase()}${ended.slice(1)}` : ended;
}
