// Loaded values for views: they keep the last value while a new one is on its way, and renew themselves while somebody looks.
import { useEffect, useRef, useState } from './vendor/preact.js';

const listeners = new Set();
let isLost = false;

/** Tells whether the service answers. Each call's result counts. */
export function useConnection() {
  const [lost, setLost] = useState(isLost);
  useEffect(() => {
    listeners.add(setLost);
    return () => listeners.delete(setLost);
  }, []);
  return lost;
}

function tell(lost) {
  if (lost === isLost) return;
  isLost = lost;
  for (const listener of listeners) listener(lost);
}

/**
 * Loads a value, and again whenever an input changes.
 * load: (signal, previous) => Promise. every: milliseconds between renewals, or a function of the value; 0 for none.
 * Returns {value, error, reload}.
 */
export function useData(load, inputs, every = 0) {
  const [state, setState] = useState({});
  const again = useRef(() => {});
  useEffect(() => {
    const abort = new AbortController();
    let timer;
    let previous;
    let failures = 0;
    setState({});

    async function run() {
      clearTimeout(timer);
      let pause;
      try {
        previous = await load(abort.signal, previous);
        failures = 0;
        tell(false);
        setState({ value: previous });
        pause = typeof every === 'function' ? every(previous) : every;
      } catch (error) {
        if (abort.signal.aborted) return;
        failures++;
        tell(error.status === 0);
        setState({ value: previous, error });
        // A service that cannot be reached is asked more and more seldom, up to every 15 seconds.
        pause = error.status === 0 || error.status >= 500 ? Math.min(15000, 1000 * 2 ** failures) : every && 15000;
      }
      if (!abort.signal.aborted && pause) timer = setTimeout(wait, pause);
    }

    // A page that nobody sees asks nothing. It asks at once when it is seen again.
    function wait() {
      if (document.hidden) document.addEventListener('visibilitychange', wait, { once: true, signal: abort.signal });
      else run();
    }

    again.current = run;
    run();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, inputs);
  return { ...state, reload: () => again.current() };
}
