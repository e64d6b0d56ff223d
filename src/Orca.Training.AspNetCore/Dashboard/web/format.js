// How values are written. Pure functions; the clock is an argument.

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const sameDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const otherDay = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });

/** The local time, as short as it stays clear. */
export function time(iso, now = Date.now()) {
  const at = new Date(iso);
  return new Date(now).toDateString() === at.toDateString() ? sameDay.format(at) : otherDay.format(at);
}

/** The local time in full and the same moment in UTC, for a tooltip. */
export const moment = iso => `${full.format(new Date(iso))} (${new Date(iso).toISOString().replace('.000', '')})`;

/** A length of time, with its two largest units. */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long ago a moment was. */
export function ago(iso, now) {
  const passed = now - new Date(iso).getTime();
  return passed < 5000 ? 'just now' : `${duration(passed).split(' ').slice(0, 2).join(' ')} ago`;
}

/** A number with as many digits as help. */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return value.toLocaleString();
  if (size >= 1e6 || (size < 1e-4 && size > 0)) return value.toExponential(3);
  return String(Number(value.toPrecision(size >= 1000 ? 6 : 4)));
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A size in bytes. */
export function bytes(value) {
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A count and its noun. */
export const count = (n, one, many = `${one}s`) => `${n.toLocaleString()} ${n === 1 ? one : many}`;

/** Whether a training can still change. */
export const isOpen = training => ['Queued', 'Launching', 'Running'].includes(training.state);

/** The share that is done, 0 to 1; null if the training has not said. */
export const share = training => training.total > 0 ? Math.min(1, (training.done ?? 0) / training.total) : null;

/** How long it may still take at its present pace, in milliseconds; null if that is not known. */
export function timeLeft(training, now) {
  const part = share(training);
  if (training.state !== 'Running' || !part || part < 0.01 || !training.started_at) return null;
  return (now - new Date(training.started_at).getTime()) * (1 - part) / part;
}

/** What a training is called where a name is wanted. */
export const title = training => training.name || `${training.algorithm} on ${training.dataset}`;

/** What a message says in one sentence or two: the last lines of a training's output, which a failure quotes, are left out. */
export const headline = message => message.split(/ Its last lines:|\n/)[0];

/** The output that a failure's message quotes; empty if it quotes none. */
export const quoted = message => message.split(/ Its last lines:\s*/)[1] ?? '';

/** Loss and accuracy of the validation come first: they are what one looks at. */
export const metricRank = name => (/^(val|valid|test|eval)/i.test(name) ? 0 : 1) + (/loss|acc|f1|auc/i.test(name) ? 0 : 2)
  + (/^(step|epoch)$/i.test(name) ? 4 : 0);

/** The metrics that say most, as pairs of name and value. */
export const lastValues = (metrics, most) => Object.entries(metrics).filter(([name]) => !/^(step|epoch)$/i.test(name))
  .sort(([a], [b]) => metricRank(a) - metricRank(b) || a.localeCompare(b)).slice(0, most);
