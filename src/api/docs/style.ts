/** The look of the reference: system fonts, light and dark, readable on paper and on a telephone. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6577; --line: #dfe4ec; --paper: #fff; --shade: #f5f7fa; --link: #1b5fc1;
  --get: #1a6b3c; --post: #1b5fc1; --put: #8a5a00; --patch: #8a5a00; --delete: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ef; --soft: #9aa5b8; --line: #2c3442; --paper: #12161d; --shade: #1a202a;
  --link: #7fb0ff; --get: #6fcf97; --post: #7fb0ff; --put: #e2b45c; --patch: #e2b45c; --delete: #ff8a80; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
p code, li code, td code { background: var(--shade); border-radius: 4px; padding: 1px 4px; }
.page { display: grid; grid-template-columns: 250px minmax(0, 1fr); max-width: 1320px; margin: 0 auto; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: 14px; }
nav strong { display: block; margin: 1.1rem 0 .25rem; color: var(--soft); font-size: 12px; letter-spacing: .05em; text-transform: uppercase; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 2px 0; }
nav a { color: var(--ink); }
nav li code { background: none; padding: 0; font-size: 11.5px; }
main { padding: 2rem 2.5rem 6rem; min-width: 0; }
h1 { font-size: 1.9rem; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 1rem; padding-bottom: .4rem; border-bottom: 1px solid var(--line); }
h2::first-letter { text-transform: uppercase; }
h3 { font-size: 1.02rem; margin: 0 0 .35rem; font-weight: 600; }
h4 { font-size: 12px; margin: 1.1rem 0 .4rem; color: var(--soft); letter-spacing: .05em; text-transform: uppercase; }
.lead { color: var(--soft); max-width: 46rem; }
section.operation { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 2rem; padding: 1.6rem 0; border-bottom: 1px solid var(--line); }
.address { display: block; margin: .1rem 0 .7rem; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 4.3em; margin-right: .4em; font-weight: 700; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); } .patch { color: var(--patch); } .delete { color: var(--delete); }
.tag { border: 1px solid var(--line); border-radius: 99px; padding: 0 8px; font-size: 12px; color: var(--soft); white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
td, th { text-align: left; vertical-align: top; padding: .35rem .5rem .35rem 0; border-top: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; border-top: 0; }
td:first-child { white-space: nowrap; }
.kind { color: var(--soft); font-size: 13px; }
.needed { color: var(--delete); font-size: 12px; }
pre { margin: 0; padding: .8rem 1rem; background: var(--shade); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; max-height: 26rem; }
.codes td { padding-right: 1.2rem; }
@media (max-width: 1000px) { section.operation { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 760px) { .page { grid-template-columns: minmax(0, 1fr); } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); max-height: 40vh; } main { padding: 1.2rem; } }
@media print { nav { display: none; } .page { display: block; } section.operation { break-inside: avoid; } pre { max-height: none; white-space: pre-wrap; } }
`.trim();
