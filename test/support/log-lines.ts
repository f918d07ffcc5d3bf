import { vi } from "vitest";

/** A line of the service's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Runs `act`; answers its result, and the lines that the service logged meanwhile, as text and parsed. */
export async function captureLog<Result>(
  act: () => Promise<Result>,
): Promise<{ result: Result; text: string; lines: LogLine[] }> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    const result = await act();
    const texts = log.mock.calls.map(([line]) => String(line));
    return { result, text: texts.join("\n"), lines: texts.map((line): LogLine => JSON.parse(line)) };
  } finally {
    log.mockRestore();
  }
}
