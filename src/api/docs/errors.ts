/** Every error code as a place to link to: what it means, what to do, with which status it comes. Pure. */
import { codes, type ErrorCode } from '../../domain/codes.ts';
import { statusOf } from '../problem.ts';
import { html, prose } from './html.ts';
import { page } from './page.ts';

/** `sections`: of docs/errors.md, by code; those without one have their hint. */
export function errorsPage(sections: ReadonlyMap<string, readonly string[]>): string {
  const all = Object.keys(codes) as ErrorCode[]; // the keys of that table
  const groups = Map.groupBy(all, (code) => code.split('.')[0] ?? code);
  const nav = [...groups].map(
    ([name, some]) =>
      html`<strong>${name}</strong>
        <ul>
          ${some.map((code) => html`<li><a href="#${code}">${code}</a></li>`)}
        </ul>`,
  );
  const body = all.map((code) => {
    const { retry, hint } = codes[code];
    return html`<h3 id="${code}">${code}</h3>
      <p>
        <span class="tag">${statusOf(code)}</span>
        <span class="tag">${retry === 'later' ? 'may succeed later' : 'stays so'}</span>
      </p>
      ${(sections.get(code) ?? []).map((text) => html`<p>${prose(text)}</p>`)}
      <p>What to do: ${prose(hint)}</p>`;
  });
  const lead = html`<h1>Errors</h1>
    <p class="lead">Every error names a code. What a run had not published is not visible, and what it had published stays.</p>`;
  return page(
    'Errors',
    html`<a href="/docs"><b>API reference</b></a
      >${nav}`,
    html`${lead}${body}`,
  );
}

/** The paragraphs below each `## code` of a Markdown page. */
export function sectionsOf(markdown: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    markdown
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const [title = '', ...lines] = section.split('\n');
        const paragraphs = lines
          .join('\n')
          .split(/\n{2,}/)
          .map((text) => text.replaceAll(/\s+/g, ' ').trim());
        return [title.trim(), paragraphs.filter((text) => text !== '')] as const;
      }),
  );
}
