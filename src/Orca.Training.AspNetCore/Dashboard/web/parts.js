// The small pieces that all views are made of.
import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { ago, duration, lastValues, moment, number, share, time, title } from './format.js';

/** The current time, renewed while somebody looks. */
export function useNow(period = 1000) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setNow(Date.now()), period);
    return () => clearInterval(timer);
  }, [period]);
  return now;
}

export const State = ({ state, held }) => html`<span class="state ${state}">${held && state === 'Queued' ? 'Held' : state}</span>`;

export const Time = ({ at }) => at ? html`<time datetime=${at} title=${moment(at)}>${time(at)}</time>` : html`<span>–</span>`;

export const Ago = ({ at }) => html`<time datetime=${at} title=${moment(at)}>${ago(at, useNow(5000))}</time>`;

/** How long something took, or takes so far. */
export function Took({ from, to }) {
  const now = useNow();
  if (!from) return html`<span>–</span>`;
  return html`<span class="num">${duration((to ? new Date(to).getTime() : now) - new Date(from).getTime())}</span>`;
}

export const TrainingLink = ({ training }) => html`<a href="#/trainings/${training.job}">${title(training)}</a>`;

/** The last values of the metrics that say most. */
export const LastValues = ({ of, most = 2 }) => lastValues(of ?? {}, most).map(([name, value]) => html`<div class="small value">${name} <b class="num">${number(value)}</b></div>`);

/** A bar with its share in words, so that it does not depend on being seen. */
export function Progress({ training }) {
  const part = share(training);
  if (part === null) return null;
  return html`<div class="row" style=${{ flexWrap: 'nowrap' }}>
    <${Bar} label="Progress" part=${part} />
    <span class="small quiet num">${`${Math.round(part * 100)} %`}</span>
  </div>`;
}

/** A share, 0 to 1, as a bar. */
export const Bar = ({ label, part }) => html`<div class="bar" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100"
  aria-valuenow=${Math.round(part * 100)}><div style=${{ width: `${Math.round(part * 100)}%` }}></div></div>`;

export const Card = ({ title: heading, sentence, actions, children, flush }) => html`<section class="card">
  ${heading && html`<header>
    <h2>${heading}</h2>
    ${sentence && html`<span class="sentence">${sentence}</span>`}
    ${actions && html`<div class="row">${actions}</div>`}
  </header>`}
  ${flush ? children : html`<div class="body">${children}</div>`}
</section>`;

/** A table that scrolls by itself where it is wider than the page, also by the keys. */
export const Scroll = ({ label, children }) => html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>${children}</div>`;

export const Empty = ({ children }) => html`<div class="empty">${children}</div>`;

/** What went wrong, with the fields that are named. */
export function Problem({ error }) {
  if (!error) return null;
  const fields = Object.entries(error.fields ?? {}).flatMap(([name, messages]) => messages.map(message => [name, message]));
  return html`<div class="notice bad" role="alert">
    ${error.message}
    ${fields.length > 0 && html`<ul>${fields.map(([name, message]) => html`<li><code>${name}</code>: ${message}</li>`)}</ul>`}
  </div>`;
}

/** Shows a loaded value, the error instead of it, or that it is on its way. */
export function Loaded({ of, children }) {
  if (of.error && of.value === undefined) return html`<${Problem} error=${of.error} />`;
  if (of.value === undefined) return html`<p class="quiet" aria-busy="true">Loading …</p>`;
  return html`${of.error && html`<${Problem} error=${of.error} />`}${children(of.value)}`;
}

/** A button that does something over the network: it waits, and tells what went wrong. */
export function Do({ action, done, children, kind = '', ask, onError, disabled }) {
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  async function go() {
    setAsking(false);
    setBusy(true);
    onError?.(null);
    try {
      const answer = await action();
      done?.(answer);
    } catch (error) {
      onError?.(error);
    } finally {
      setBusy(false);
    }
  }
  return html`<button type="button" class=${kind} disabled=${isBusy || disabled} onClick=${() => ask ? setAsking(true) : go()}>${children}</button>
    ${isAsking && html`<${Ask} question=${ask} yes=${go} no=${() => setAsking(false)} kind=${kind}>${children}<//>`}`;
}

/** A question before something that cannot be taken back. Escape answers no. */
export function Ask({ question, yes, no, kind, children }) {
  const box = useRef();
  useEffect(() => box.current.showModal(), []);
  return html`<dialog ref=${box} onClose=${no} aria-label=${question}>
    <div><p>${question}</p>
    <div class="row"><button type="button" class=${kind} onClick=${yes} autofocus>${children}</button><button type="button" onClick=${no}>Back</button></div></div>
  </dialog>`;
}

/** Text with a button that copies it. */
export function Copy({ text }) {
  const [isDone, setDone] = useState(false);
  return html`<button type="button" onClick=${async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  }}>${isDone ? 'Copied' : 'Copy'}</button>`;
}

export const Pairs = ({ of }) => html`<dl>${of.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
  .map(([name, value, kind]) => html`<dt>${name}</dt><dd class=${kind ?? ''}>${value}</dd>`)}</dl>`;
