// The log of a training: it follows while the training runs, and can be searched.
import { html, useEffect, useMemo, useRef, useState } from './vendor/preact.js';
import { pieces, plain } from './ansi.js';
import { useData } from './data.js';
import { number } from './format.js';
import { readLog } from './service.js';

// Lines that are kept on the page. What is older stays in the service, and in the download.
const mostLines = 5000;

async function more(job, query, signal, before) {
  const answer = await readLog(job, before ? { ...query, after: before.after } : { ...query, tail: mostLines }, signal);
  if (before && answer.lines.length === 0) return before;
  const lines = [...(before?.lines ?? []), ...answer.lines];
  return {
    lines: lines.slice(-mostLines),
    dropped: (before?.dropped ?? 0) + Math.max(0, lines.length - mostLines),
    after: answer.after ?? before?.after,
  };
}

export function Log({ training, isOpen }) {
  const attempts = Math.max(1, training.attempts ?? 1);
  const [attempt, setAttempt] = useState(null);
  const [stream, setStream] = useState('');
  const [search, setSearch] = useState('');
  const [isWrapped, setWrapped] = useState(true);
  const [isFollowing, setFollowing] = useState(true);
  const query = { attempt: attempt ?? undefined, stream: stream || undefined };
  const data = useData((signal, before) => more(training.job, query, signal, before), [training.job, attempt, stream, attempt === null ? attempts : 0], isOpen ? 1000 : 0);
  const lines = data.value?.lines ?? [];
  const box = useRef();
  const shown = useMemo(() => {
    const words = search.toLowerCase();
    return words ? lines.filter(line => plain(line.text).toLowerCase().includes(words)) : lines;
  }, [lines, search]);
  useEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [shown, isFollowing]);

  return html`<section class="card">
    <header><h2>Log</h2>
      <div class="row">
        ${attempts > 1 && html`<select aria-label="Attempt" onChange=${event => setAttempt(event.target.value ? Number(event.target.value) : null)}>
          <option value="">Newest attempt</option>
          ${Array.from({ length: attempts }, (_, i) => html`<option value=${i + 1}>Attempt ${i + 1}</option>`)}</select>`}
        <select aria-label="Output" onChange=${event => setStream(event.target.value)}>
          <option value="">All output</option><option value="Stdout">Standard output</option><option value="Stderr">Standard error</option></select>
        <input type="search" placeholder="Search" aria-label="Search the log" value=${search} onInput=${event => setSearch(event.target.value)} />
        <button type="button" aria-pressed=${String(isWrapped)} onClick=${() => setWrapped(!isWrapped)}>Wrap</button>
        <button type="button" aria-pressed=${String(isFollowing)} onClick=${() => setFollowing(!isFollowing)}>Follow</button>
        <span class="small quiet" role="status">${search ? `${number(shown.length)} of ${number(lines.length)} lines` : ''}</span>
      </div>
    </header>
    <div class="log ${isWrapped ? '' : 'nowrap'}" ref=${box} tabindex="0" role="log" aria-live="off" aria-label="Log of the training"
      onWheel=${event => event.deltaY < 0 && setFollowing(false)}>
      ${data.error && html`<div class="err">${data.error.message}</div>`}
      ${data.value?.dropped > 0 && html`<div class="note">Earlier lines are not shown here.</div>`}
      ${lines.length === 0 && !data.error && html`<div class="note">${data.value ? 'No lines.' : 'Loading …'}</div>`}
      ${shown.map(line => html`<${Line} key=${line.cursor} line=${line} isHit=${Boolean(search)} />`)}
    </div>
  </section>`;
}

function Line({ line, isHit }) {
  if (line.missing > 0) return html`<div class="note">${number(line.missing)} lines are missing here.</div>`;
  return html`<div class=${line.stream === 'Stderr' ? 'err' : ''} title=${line.at}>${pieces(line.text).map(({ text, style }) =>
    style || isHit ? html`<span class=${style}>${text}</span>` : text)}</div>`;
}
