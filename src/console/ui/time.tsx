import { useNow } from "./use-now.ts";

/** The language of times: the browser's own. A test names another. */
const ownLanguage = undefined;

/** A time as this person reads it. @param time ISO 8601 */
export const formatTime = (time: string, language: string | undefined = ownLanguage): string =>
  new Date(time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

/** `14:03`, as this person reads it. @param ms since the epoch */
export const formatClock = (ms: number): string => new Date(ms).toLocaleTimeString(ownLanguage, { timeStyle: "short" });

/** From the largest: its length in ms, and how it is counted. */
const units = [
  [604_800_000, "week"],
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
] as const;

/** Weeks are counted up to here; older times are dates. */
const longestMs = 5 * 604_800_000;

/** How two weeks and more are counted; fewer days say more as days. */
const shortestWeeksMs = 2 * 604_800_000;

/**
 * `3 hours ago`: how long ago a time was. Older than five weeks it is the date; a time to come is date and time, but for a
 * minute, by which two clocks may differ.
 *
 * @param time ISO 8601
 * @param now ms since the epoch
 */
export function formatAgo(time: string, now: number, language: string | undefined = ownLanguage): string {
  const ms = now - Date.parse(time);
  if (ms < -60_000) return formatTime(time, language);
  if (ms >= longestMs) return new Date(time).toLocaleDateString(language, { dateStyle: "medium" });
  const [size, unit] = units.find(([size]) => ms >= (size === 604_800_000 ? shortestWeeksMs : size)) ?? [];
  if (size === undefined || unit === undefined) {
    return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");
  }
  return new Intl.RelativeTimeFormat(language).format(-Math.floor(ms / size), unit);
}

/** How long ago a time was. The exact one is for whoever points at it or hears the page. */
export function Time({ time }: { time: string }) {
  const now = useNow();
  const exact = formatTime(time);
  const ago = formatAgo(time, now);
  return (
    <time dateTime={time} title={`${exact} (${time})`} lang={navigator.language}>
      {ago}
      {ago !== exact && <span class="unseen"> ({exact})</span>}
    </time>
  );
}
