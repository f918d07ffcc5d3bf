/** Why a key file cannot be used, as a sentence for the person who chose it. */
export class KeyFileRefused extends Error {
  /** Whether the same file may be read with a passphrase, or with another one. */
  readonly needsPassphrase: boolean;

  constructor(message: string, { needsPassphrase = false }: { needsPassphrase?: boolean } = {}) {
    super(message);
    this.name = "KeyFileRefused";
    this.needsPassphrase = needsPassphrase;
  }
}

/** The file is encrypted, and no passphrase was given. */
export const makePassphraseMissing = (): KeyFileRefused =>
  new KeyFileRefused("The key is protected by a passphrase. Enter it to use the key; it stays in this browser.", {
    needsPassphrase: true,
  });

/** The passphrase does not open the file. */
export const makePassphraseWrong = (): KeyFileRefused =>
  new KeyFileRefused("The passphrase does not open this key. Try again.", { needsPassphrase: true });
