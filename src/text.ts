import { show } from "./errors.ts";

/** Whether SQLite stores the text whole: no U+0000, no lone surrogate. */
export const isStorable = (text: string): boolean => !text.includes("\u0000") && text.isWellFormed();

/** A value as a message shows it: strings in quotes. */
export const showValue = (sent: unknown): string =>
  typeof sent === "string" ? JSON.stringify(show(sent)) : show(sent);
