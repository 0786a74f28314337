// The picture and its result in one frame, a divider between them, and a cursor on the result.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Inspection } from '../compute/inspect.js';
import type { Outcome } from '../compute/session.js';
import type { Pixels } from '../picture.js';
import type { Place } from '../settings.js';

interface Props {
  readonly pixels: Pixels;
  readonly outcome: Outcome | undefined;
  readonly inspection: Inspection | undefined;
  readonly isStale: boolean;
  /** Where the cursor is to be, which what is worked out may lag behind. */
  readonly place: Place | undefined;
  /** Why the cursor moved, so that a screen reader is told of what the keyboard did. */
  onMove(place: Place, isByKey: boolean): void;
}

export function Viewer({ pixels, outcome, inspection, isStale, place: wanted, onMove }: Props) {
  const [split, setSplit] = useState(50);
  const frame = useRef<HTMLDivElement>(null);
  const isDragging = useRef(false);

  const shareOf = (event: PointerEvent) => {
    const { left, top, width, height } = frame.current!.getBoundingClientRect();
    return { across: (event.clientX - left) / width, down: (event.clientY - top) / height };
  };
  const moveDivider = (event: PointerEvent) => setSplit(bounded(Math.round(shareOf(event).across * 100), 100));
  const look = (event: PointerEvent) => {
    if (isDragging.current || outcome === undefined) return;
    const { across, down } = shareOf(event);
    const y = bounded(Math.floor(down * outcome.height), outcome.height - 1);
    const x = bounded(Math.floor(across * outcome.width), outcome.width - 1);
    onMove({ y, x, channel: inspection?.place.channel ?? 0 }, false);
  };
  const step = (event: KeyboardEvent) => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const move = moves[event.key];
    if (move === undefined || outcome === undefined || inspection === undefined) return;
    event.preventDefault();
    const by = event.shiftKey ? 10 : 1;
    const place = wanted ?? inspection.place;
    const y = bounded(place.y + move[0] * by, outcome.height - 1);
    const x = bounded(place.x + move[1] * by, outcome.width - 1);
    onMove({ y, x, channel: place.channel }, true);
  };
  const slide = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -2, ArrowRight: 2, Home: -100, End: 100 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setSplit((old) => bounded(old + by, 100));
  };

  return (
    <div
      class={`viewer${isStale ? ' stale' : ''}`}
      ref={frame}
      style={{ aspectRatio: `${pixels.width} / ${pixels.height}` }}
      onPointerMove={look}
      onPointerDown={look}
    >
      <Canvas rgba={pixels.rgba} height={pixels.height} width={pixels.width} label="the picture" />
      {outcome ? (
        <div class="result" style={{ clipPath: `inset(0 0 0 ${split}%)` }}>
          <Canvas rgba={outcome.pixels} height={outcome.height} width={outcome.width} label="the result" />
        </div>
      ) : null}
      <div
        class="cursor"
        role="application"
        aria-roledescription="pixel cursor"
        aria-label="Pixel cursor on the result: arrow keys move it by one pixel, with Shift by ten"
        tabIndex={0}
        onKeyDown={step}
      >
        {inspection && outcome ? <Marks pixels={pixels} outcome={outcome} inspection={inspection} /> : null}
      </div>
      <span class="tag left">picture</span>
      <span class="tag right">result</span>
      <div
        class="divider"
        role="slider"
        aria-label="Divider between the picture, left, and the result, right"
        aria-valuenow={split}
        aria-valuemin={0}
        aria-valuemax={100}
        tabIndex={0}
        style={{ left: `${split}%` }}
        onKeyDown={slide}
        onPointerDown={(event) => {
          event.stopPropagation();
          event.currentTarget.setPointerCapture(event.pointerId);
          isDragging.current = true;
        }}
        onPointerMove={(event) => {
          if (isDragging.current) moveDivider(event);
        }}
        onPointerUp={() => {
          isDragging.current = false;
        }}
        onPointerCancel={() => {
          isDragging.current = false;
        }}
      >
        <span />
      </div>
    </div>
  );
}

/** What the window reads, and the pixel that it gives. */
function Marks({
  pixels,
  outcome,
  inspection: { place, window },
}: {
  pixels: Pixels;
  outcome: Outcome;
  inspection: Inspection;
}) {
  const [high, wide] = [pixels.height / outcome.height, pixels.width / outcome.width];
  return (
    <svg viewBox={`0 0 ${pixels.width} ${pixels.height}`} aria-hidden="true">
      {window ? (
        <rect
          class="mark window"
          x={window.left}
          y={window.top}
          width={window.right - window.left + 1}
          height={window.bottom - window.top + 1}
        />
      ) : null}
      <rect class="mark" x={place.x * wide} y={place.y * high} width={wide} height={high} />
      <circle class="mark ring" cx={(place.x + 0.5) * wide} cy={(place.y + 0.5) * high} r={pixels.width / 40} />
    </svg>
  );
}

interface CanvasProps {
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
  readonly label: string;
}

export function Canvas({ rgba, height, width, label }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    context?.putImageData(new ImageData(rgba, width, height), 0, 0);
  }, [rgba, height, width]);
  return <canvas ref={canvas} width={width} height={height} role="img" aria-label={label} />;
}

function bounded(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
