declare module "bcrypt-pbkdf" {
  const bcrypt: {
    /** Fills `key`. @returns 0, or another number where an argument is out of bounds */
    pbkdf(
      ...args: [
        passphrase: Uint8Array,
        passphraseBytes: number,
        salt: Uint8Array,
        saltBytes: number,
        key: Uint8Array,
        keyBytes: number,
        rounds: number,
      ]
    ): number;
  };
  export default bcrypt;
}
