// The present state as code to take along.
import { useState } from 'preact/hooks';
import type { CodeFor } from '../compute/code.js';

export function CodeView({ code }: { readonly code: CodeFor }) {
  return (
    <section class="topic">
      <h2>Take it along</h2>
      <p>The same in your own program, and on the command line. The address of this page holds the state, too.</p>
      <Snippet name="library" text={code.library} />
      <Snippet name="command line" text={code.command} />
    </section>
  );
}

function Snippet({ name, text }: { readonly name: string; readonly text: string }) {
  const [note, setNote] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setNote('copied');
    } catch {
      setNote('the browser did not allow it: select the text and copy it');
    }
    setTimeout(() => setNote(''), 4000);
  };
  return (
    <figure class="snippet">
      <figcaption>
        {name}
        <button type="button" onClick={copy} aria-label={`Copy the ${name} code`}>
          copy
        </button>
        <span role="status">{note}</span>
      </figcaption>
      <pre tabIndex={0} data-code={name}>
        {text}
      </pre>
    </figure>
  );
}
