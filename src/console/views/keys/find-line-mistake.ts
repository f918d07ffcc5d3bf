/** Why a text is no public key to add, as far as the page can tell; undefined where the service is to judge. */
export function findLineMistake(text: string): string | undefined {
  if (text.trim() === "") return "Enter the key's public line, such as ~/.ssh/id_ed25519.pub has.";
  return /PRIVATE KEY/.test(text)
    ? "This is a private key, which stays where it is: it was not sent. Enter the line of the file of the same name with .pub."
    : undefined;
}
