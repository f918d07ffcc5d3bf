/** Gives every sample of the documentation a button that copies it. */
export function enableCopying(): void {
  for (const figure of document.querySelectorAll("figure")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", () => {
      void copy(figure.querySelector("pre")?.textContent ?? "", button);
    });
    figure.querySelector("figcaption")?.append(button);
  }
}

/** The button says what came of it: a browser may refuse. */
async function copy(text: string, button: HTMLButtonElement): Promise<void> {
  const isCopied = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  button.textContent = isCopied ? "Copied" : "Select it to copy";
}
