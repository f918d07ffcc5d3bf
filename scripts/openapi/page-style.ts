/** How the page looks: light and dark by the system, from a telephone to a wide screen. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --line: light-dark(#d4d8de, #363b45);
  --shade: light-dark(#f4f5f7, #1d2026);
  --accent: light-dark(#1257b8, #7db4ff);
  font: 15px/1.5 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; color: light-dark(#1a1d22, #e6e8ec); background: light-dark(#fff, #14161a); overflow-wrap: anywhere; }
header, main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
.skip { position: absolute; left: -100vw; padding: 0.5rem 1rem; background: var(--shade); }
.skip:focus { left: 0; }
h1, h2, h3 { line-height: 1.25; }
nav h2 { margin: 1rem 0 0; font-size: 1rem; }
nav p { margin: 0; }
nav ul { margin: 0; padding-left: 1.25rem; }
a { color: var(--accent); }
code, textarea, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.92em; }
pre { margin: 0.5rem 0; padding: 0.75rem; white-space: pre-wrap; background: var(--shade); border: 1px solid var(--line); }
section { margin-top: 2rem; border-top: 1px solid var(--line); }
table { width: 100%; border-collapse: collapse; }
th, td { overflow-wrap: break-word; padding: 0.25rem 0.5rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
td code { overflow-wrap: anywhere; }
summary { padding: 0.25rem 0; cursor: pointer; }
details table { margin-bottom: 1rem; }
form { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 0.75rem; align-items: end; }
form[hidden] { display: none; }
form p { margin: 0; }
form p:has(textarea) { grid-column: 1 / -1; }
label { display: block; }
input, select, textarea, button { width: 100%; min-height: 2.25rem; padding: 0.25rem 0.5rem; font: inherit; color: inherit; background: light-dark(#fff, #101216); border: 1px solid light-dark(#767c87, #8a919d); border-radius: 4px; }
textarea { font-family: ui-monospace, Menlo, Consolas, monospace; }
button { width: auto; min-width: 6rem; cursor: pointer; background: var(--shade); }
button.copy { min-height: 1.75rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
