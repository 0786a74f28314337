// The page as a whole: its state, what the worker answers, and where things stand.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { brief } from '../drawing/colours.js';
import { Client, latest } from './client.js';
import type { Inspection } from './compute/inspect.js';
import type { Outcome } from './compute/session.js';
import { builtIn, type Pixels, read } from './picture.js';
import { fromAddress, type PageState, type Place, type Settings, toAddress } from './settings.js';
import { Chooser } from './view/chooser.js';
import { CodeView } from './view/code.js';
import { Controls } from './view/controls.js';
import { CostView } from './view/cost.js';
import { FactorsView } from './view/factors.js';
import { Problem } from './view/fields.js';
import { Modes, shownMode } from './view/modes.js';
import { useIsNarrow } from './view/narrow.js';
import { SameView } from './view/same.js';
import { StackView } from './view/stack.js';
import { Under } from './view/under.js';
import { Viewer } from './view/viewer.js';

export function App() {
  const client = useMemo(() => new Client(), []);
  const [state, change] = useAddress();
  const { pixels, isOwn, pictureProblem, take, again } = usePicture(client, state.picture);
  const { outcome, problem, isStale } = useOutcome(client, pixels, state.settings);
  const { inspection, look } = useInspection(client, outcome, state.place);
  const [spoken, setSpoken] = useState('');
  const openSecond = useSecondClient(pixels);

  const setSettings = useCallback((settings: Settings) => change({ settings }, true), [change]);
  const move = (place: Place, isByKey: boolean) => {
    look(place, (found) => {
      if (isByKey) setSpoken(spokenOf(found));
    });
    change({ place }, false);
  };
  const shown = shownMode(state.settings);
  const isNarrow = useIsNarrow();
  // What does not follow the pointer is not drawn again when it moves.
  const { settings, stack } = state;
  const controls = useMemo(
    () => <Controls settings={settings} outcome={outcome} onChange={setSettings} />,
    [settings, outcome, setSettings],
  );
  const topics = useMemo(
    () =>
      outcome ? (
        <>
          <CostView client={client} settings={settings} outcome={outcome} />
          {outcome.factors && outcome.kernel ? <FactorsView kernel={outcome.kernel} factors={outcome.factors} /> : null}
          {pixels ? (
            <StackView client={client} pixels={pixels} text={stack} onChange={(stack) => change({ stack }, true)} />
          ) : null}
          {pixels ? <SameView openClient={openSecond} pixels={pixels} settings={settings} outcome={outcome} /> : null}
          <CodeView code={outcome.code} />
        </>
      ) : null,
    [client, change, openSecond, outcome, pixels, settings, stack],
  );

  return (
    <>
      <header class="top">
        <h1>
          <a href="./">sepconv</a> <span>see what a convolution does, costs and sees</span>
        </h1>
        <Modes settings={state.settings} onChange={setSettings} />
      </header>
      <main>
        <div class="bench">
          {pixels ? (
            <Viewer
              pixels={pixels}
              outcome={outcome}
              inspection={inspection}
              isStale={isStale}
              place={state.place}
              onMove={move}
            />
          ) : (
            <div class="viewer waiting" />
          )}
          <Chooser
            picture={isOwn ? undefined : state.picture}
            names={Object.keys(builtIn)}
            onName={(picture) => {
              if (picture === state.picture) again();
              else change({ picture, place: undefined }, true);
            }}
            onFile={take}
          />
          {pictureProblem === undefined ? null : <Problem>{pictureProblem}</Problem>}
          <p class="hint">
            {pixels ? `${pixels.width} wide, ${pixels.height} high` : 'a picture is loading'}
            {outcome
              ? ` → ${outcome.width} wide, ${outcome.height} high, ${outcome.channels} ${outcome.channels === 1 ? 'channel' : 'channels'}`
              : ''}
            {pixels?.note ? ` (${pixels.note})` : ''}
          </p>
          {problem === undefined ? null : <Problem>{problem}</Problem>}
          <details class="settings" open={!isNarrow}>
            <summary>Filter, mix and windows</summary>
            {controls}
          </details>
        </div>
        <div class="story">
          <p class="sentence">{shown.sentence}</p>
          {outcome?.note ? <p class="hint">{outcome.note}</p> : null}
          {inspection ? (
            <Under inspection={inspection} onChannel={(channel) => move({ ...inspection.place, channel }, true)} />
          ) : null}
          {topics}
        </div>
      </main>
      <p class="hidden" role="status" aria-live="polite">
        {spoken}
      </p>
    </>
  );
}

function spokenOf({ place, channelNames, given }: Inspection): string {
  const values = given.map((value, channel) => `${channelNames[channel]} ${brief(value)}`);
  return `row ${place.y}, column ${place.x}: ${values.join(', ')}`;
}

/** The state, which the address holds: choices make a step to go back to, movements do not. */
function useAddress(): readonly [PageState, (part: Partial<PageState>, isStep: boolean) => void] {
  const [state, setState] = useState(() => fromAddress(location.hash));
  const newest = useRef(state);
  const timer = useRef(0);
  const take = useCallback((next: PageState) => {
    newest.current = next;
    setState(next);
  }, []);
  useEffect(() => {
    const follow = () => take(fromAddress(location.hash));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, [take]);
  const change = useCallback(
    (part: Partial<PageState>, isStep: boolean) => {
      const next = { ...newest.current, ...part };
      take(next);
      clearTimeout(timer.current);
      const address = `#${toAddress(next)}`;
      if (isStep) history.pushState(null, '', address);
      else timer.current = setTimeout(() => history.replaceState(null, '', address), 250) as unknown as number;
    },
    [take],
  );
  return [state, change];
}

function usePicture(client: Client, name: string) {
  const [pixels, setPixels] = useState<Pixels>();
  const [isOwn, setIsOwn] = useState(false);
  const [pictureProblem, setProblem] = useState<string>();
  const load = useCallback(
    async (open: () => Promise<Pixels>, isVisitors: boolean) => {
      try {
        const next = await open();
        await client.ask('setPicture', next.rgba, next.height, next.width);
        setPixels(next);
        setIsOwn(isVisitors);
        setProblem(undefined);
      } catch (error) {
        setProblem((error as Error).message);
      }
    },
    [client],
  );
  const again = useCallback(() => void load(builtIn[name] ?? builtIn.cat, false), [load, name]);
  useEffect(again, [again]);
  return { pixels, isOwn, pictureProblem, again, take: (file: Blob) => void load(() => read(file), true) };
}

/** What becomes of the picture; while something can not be, the result before stays. */
function useOutcome(client: Client, pixels: Pixels | undefined, settings: Settings) {
  const [outcome, setOutcome] = useState<Outcome>();
  const [problem, setProblem] = useState<string>();
  const [isStale, setIsStale] = useState(false);
  const has = useRef(false);
  const newest = useRef(settings);
  newest.current = settings;
  const run = useMemo(
    () =>
      latest(
        (wanted: Settings) => client.ask('run', wanted),
        (next) => {
          setOutcome(next);
          has.current = true;
          setProblem(undefined);
          setIsStale(false);
        },
        async (error) => {
          setProblem(error.message);
          setIsStale(true);
          if (has.current) return;
          // An address may hold what can not be: the mode's defaults are something to begin from.
          setOutcome(await client.ask('run', { mode: newest.current.mode }));
          has.current = true;
        },
      ),
    [client],
  );
  useEffect(() => {
    if (pixels !== undefined) run(settings);
  }, [run, pixels, settings]);
  return { outcome, problem, isStale };
}

function useInspection(client: Client, outcome: Outcome | undefined, place: Place | undefined) {
  const [inspection, setInspection] = useState<Inspection>();
  const told = useRef<(found: Inspection) => void>(() => {});
  const ask = useMemo(
    () =>
      latest(
        (wanted: Place) => client.ask('inspect', wanted),
        (found) => {
          if (found === undefined) return;
          setInspection(found);
          told.current(found);
        },
        () => {},
      ),
    [client],
  );
  useEffect(() => {
    if (outcome === undefined) return;
    told.current = () => {};
    ask(place ?? { y: Math.floor(outcome.height * 0.42), x: Math.floor(outcome.width * 0.56), channel: 0 });
  }, [ask, outcome]);
  const look = (wanted: Place, tell: (found: Inspection) => void) => {
    told.current = tell;
    ask(wanted);
  };
  return { inspection, look };
}

/** A second worker, started when first needed, that has the present picture. */
function useSecondClient(pixels: Pixels | undefined): () => Promise<Client> {
  const second = useRef<Client>(undefined);
  const held = useRef<Pixels>(undefined);
  return useCallback(async () => {
    second.current ??= new Client();
    if (pixels !== undefined && held.current !== pixels) {
      await second.current.ask('setPicture', pixels.rgba, pixels.height, pixels.width);
      held.current = pixels;
    }
    return second.current;
  }, [pixels]);
}
