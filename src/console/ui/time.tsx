/** A time as this person reads it. @param time ISO 8601 */
export const formatTime = (time: string): string =>
  new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A time, with the exact one for whoever asks. */
export function Time({ time }: { time: string }) {
  return (
    <time dateTime={time} title={time}>
      {formatTime(time)}
    </time>
  );
}
