/** Whether the service has another version of this page, which names another script. False if no answer comes. */
export async function isPageOld(): Promise<boolean> {
  const script = document.querySelector("script[type=module]")?.getAttribute("src") ?? "";
  const page = await fetch(location.pathname, { cache: "no-cache" })
    .then((answer) => (answer.ok ? answer.text() : script))
    .catch(() => script);
  return !page.includes(script);
}
