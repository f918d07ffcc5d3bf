/** Runs a change of the account's keys. @param make answers the sentence that says what was done @returns whether it was done */
export type ChangeKeys = (make: () => Promise<string>) => Promise<boolean>;
