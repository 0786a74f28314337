// Another picture: chosen, dropped, pasted or taken.
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  readonly picture: string | undefined;
  readonly names: readonly string[];
  onName(name: string): void;
  onFile(file: Blob): void;
}

export function Chooser({ picture, names, onName, onFile }: Props) {
  const [isOver, setIsOver] = useState(false);
  const take = useRef(onFile);
  take.current = onFile;

  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const [file] = event.clipboardData?.files ?? [];
      if (file) take.current(file);
    };
    const over = (event: DragEvent) => {
      event.preventDefault();
      setIsOver(event.type !== 'dragleave' || event.relatedTarget !== null);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setIsOver(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file) take.current(file);
    };
    addEventListener('paste', paste);
    addEventListener('dragover', over);
    addEventListener('dragleave', over);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('paste', paste);
      removeEventListener('dragover', over);
      removeEventListener('dragleave', over);
      removeEventListener('drop', drop);
    };
  }, []);

  const fileInput = (label: string, capture?: 'environment') => (
    <label class="button">
      {label}
      <input
        type="file"
        accept="image/*"
        capture={capture}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) onFile(file);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
  return (
    <div class="chooser">
      {names.map((name) => (
        <button key={name} type="button" aria-pressed={name === picture} onClick={() => onName(name)}>
          {name === 'card' ? 'Test card' : 'Cat'}
        </button>
      ))}
      {fileInput('Open…')}
      {fileInput('Camera', 'environment')}
      <span class="hint">or drop or paste one. It stays on this device.</span>
      {isOver ? <div class="drop-here">Drop the picture anywhere</div> : null}
    </div>
  );
}
