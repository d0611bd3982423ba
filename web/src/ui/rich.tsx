import { Fragment, type ReactNode } from 'react';
import { markupOf, type MarkupNode } from './markup.ts';

interface Props {
  readonly markup: string;
  /** Inside of what is pressed itself. */
  readonly withoutLinks?: boolean;
}

/** A message or a help text with its emphasis and its links: elements of ours, never markup of theirs. */
export function Rich({ markup, withoutLinks = false }: Props) {
  return <>{drawn(markupOf(markup), withoutLinks)}</>;
}

function drawn(nodes: readonly MarkupNode[], withoutLinks: boolean): ReactNode {
  return nodes.map((node, at) => {
    if (typeof node === 'string') return node;
    const { tag: Tag, href, children } = node;
    const inner = drawn(children, withoutLinks);
    if (Tag === 'br') return <br key={at} />;
    if (Tag !== 'a') return <Tag key={at}>{inner}</Tag>;
    if (withoutLinks) return <Fragment key={at}>{inner}</Fragment>;
    return (
      <a key={at} href={href} target="_blank" rel="noopener noreferrer">
        {inner}
      </a>
    );
  });
}
