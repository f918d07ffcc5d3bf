/** A time as this person reads it. @param time ISO 8601 */
export const formatTime = (time: string): string =>
  new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

/** `14:03`, as this person reads it. @param ms since the epoch */
export const formatClock = (ms: number): string => new Date(ms).toLocaleTimeString(undefined, { timeStyle: "short" });

/** A time, with the exact one for whoever asks. */
export function Time({ time }: { time: string }) {
  return (
    <time dateTime={time} title={time}>
      {formatTime(time)}
    </time>
  );
}
