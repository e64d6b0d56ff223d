// One training: what it is doing in a sentence, what can be done, its curves, parameters, log, times, files and how to repeat it.
import { html, useState } from '../vendor/preact.js';
import { submitCommand } from '../api.js';
import { Curves } from '../curves.js';
import { useData } from '../data.js';
import { bytes, duration, headline, isOpen, quoted, timeLeft, title } from '../format.js';
import { Log } from '../log.js';
import { Card, Copy, Do, Loaded, Pairs, Problem, Progress, Scroll, State, Time, Took, useNow } from '../parts.js';
import { cancel, explain, getRun, getTraining, hold, listFiles, listTrainings, release, rerun } from '../service.js';

export function Training({ id, theme }) {
  const data = useData(signal => getTraining(id, signal), [id], training => isOpen(training) ? 1000 : 0);
  return html`<${Loaded} of=${data}>${training => html`<${Whole} training=${training} theme=${theme} reload=${data.reload} />`}<//>`;
}

function Whole({ training, theme, reload }) {
  const live = isOpen(training);
  const baseline = useData(signal => findBaseline(training, signal), [training.job]);
  const hasRun = training.attempts > 0;
  const run = useData(signal => hasRun ? getRun(training.job, signal) : null, [training.job, training.state, training.attempts]);
  return html`
    <${Head} training=${training} reload=${reload} />
    ${training.state === 'Queued' && html`<${Why} training=${training} />`}
    ${training.state === 'Failed' && html`<${FailureCard} training=${training} />`}
    <div class=${hasRun ? 'two' : ''}>
      ${hasRun && html`<div class="stack">
        <${Card} title="Curves" sentence=${baseline.value ? `Grey: ${title(baseline.value)} (${baseline.value.job}), the last success on the same dataset.` : ''}>
          <${Curves} isLive=${live} theme=${theme} trainings=${[
            { job: training.job, label: `this (${training.job})` },
            ...(baseline.value ? [{ job: baseline.value.job, label: `last success (${baseline.value.job})`, color: '#8a94a3', dash: [5, 4], isFaint: true }] : []),
          ]} /><//>
        <${Log} training=${training} isOpen=${live} />
      </div>`}
      <div class=${hasRun ? 'stack' : 'cards'}>
        <${Times} training=${training} />
        <${Parameters} training=${training} run=${run.value} baseline=${baseline.value} />
        <${Card} title="Request"><${Pairs} of=${requestPairs(training)} /><//>
        ${hasRun && html`<${Files} training=${training} />`}
        <${Repeat} training=${training} run=${run.value} />
      </div>
    </div>`;
}

/** The newest success with the same algorithm and dataset before this training. */
async function findBaseline(training, signal) {
  const query = { state: ['Succeeded'], algorithm: training.algorithm, dataset: training.dataset, submitted_before: training.submitted_at, page_size: 1 };
  return (await listTrainings(query, signal)).trainings[0] ?? null;
}

function Head({ training, reload }) {
  const [error, setError] = useState(null);
  const now = useNow();
  const left = timeLeft(training, now);
  const live = isOpen(training);
  return html`<div class="head">
      <div>
        <div class="row"><h1>${title(training)}</h1><${State} state=${training.state} held=${training.held_at} /></div>
        <p class="sentence">Job ${training.job}${training.user ? ` of ${training.user}` : ''}. ${training.state === 'Failed' ? '' : training.message}${left !== null ? ` About ${duration(left)} left.` : ''}</p>
        ${live && html`<${Progress} training=${training} />`}
      </div>
      <div class="row">
        ${training.state === 'Queued' && !training.held_at && html`<${Do} action=${() => hold(training.job)} done=${reload} onError=${setError}>Hold<//>`}
        ${training.state === 'Queued' && training.held_at && html`<${Do} action=${() => release(training.job)} done=${reload} onError=${setError}>Release<//>`}
        ${!live && html`<${Do} action=${() => rerun(training.job)} done=${answer => { location.hash = `#/trainings/${answer.job}`; }} onError=${setError}>Run again<//>`}
        <a class="button" href="#/submit?from=${training.job}">Run with changes</a>
        ${live && html`<${Do} kind="danger" ask=${`Cancel training ${training.job}?`} action=${() => cancel(training.job)} done=${reload} onError=${setError}
          disabled=${Boolean(training.cancel_requested_at)}>${training.cancel_requested_at ? 'Ending …' : 'Cancel'}<//>`}
      </div>
    </div>
    <${Problem} error=${error} />`;
}

/** Why it waits, as the scheduler says it. */
function Why({ training }) {
  const data = useData(signal => explain(training.job, signal), [training.job, training.revision, training.queue_position], 3000);
  const reasons = data.value?.reasons ?? [];
  return html`<${Card} title="Why it waits" sentence=${training.queue_position ? `It is at place ${training.queue_position}.` : ''}>
    ${reasons.length === 0 ? html`<p class="sentence">${training.message}</p>`
      : html`<ul class="timeline">${reasons.map(reason => html`<li class=${reason.severity === 'Action' ? 'bad' : 'now'}>
        <span>${reason.message}</span><code class="quiet">${reason.code}</code></li>`)}</ul>`}<//>`;
}

/** What went wrong and what helps. */
function FailureCard({ training }) {
  const lines = quoted(training.message);
  return html`<div class="notice bad" role="status">
    <p><b>${training.outcome}</b>${training.exit_code !== null ? ` (exit code ${training.exit_code})` : ''}: ${headline(training.message)}</p>
    <p>${advice[training.outcome] ?? ''}</p>
    ${lines && html`<pre tabindex="0" role="region" aria-label="Its last lines">${lines}</pre>`}
  </div>`;
}

const advice = {
  NonZeroExit: 'The end of the log below says what the program met.',
  ImageNotFound: 'The image is not on the machine and could not be pulled: check its name and tag in the settings of the algorithm.',
  TimedOut: 'It reached its time limit: raise the limit, or let it save checkpoints and retry.',
  NoProgress: 'It reported nothing for too long: it may hang, or report too seldom.',
  DatasetUnavailable: 'The dataset could not be read: check that it still exists.',
  DiskFull: 'A disk is full: free space, or let the training leave less.',
  ArtifactTooLarge: 'It left more than the limits allow: see the message for which limit.',
};

function Times({ training }) {
  const steps = [
    ['Submitted', training.submitted_at, ''],
    ['Held', training.held_at, ''],
    ['Started', training.started_at, training.finished_at ? '' : 'now'],
    ['Asked to end', training.cancel_requested_at, ''],
    [training.state, training.finished_at, training.state === 'Succeeded' ? 'good' : training.state === 'Failed' ? 'bad' : ''],
  ].filter(([, at]) => at);
  return html`<${Card} title="Times">
    <ol class="timeline">${steps.map(([what, at, kind]) => html`<li class=${kind}><span>${what}</span><span class="quiet num"><${Time} at=${at} /></span></li>`)}</ol>
    <p class="small quiet">Waited ${html`<${Took} from=${training.submitted_at} to=${training.started_at ?? training.finished_at} />`}${training.started_at && html`,
      ran ${html`<${Took} from=${training.started_at} to=${training.finished_at} />`}`}${training.attempts > 1 ? `, ${training.attempts} attempts` : ''}.
      ${training.phase ? ` Now: ${training.phase}.` : ''}</p><//>`;
}

/** Parameters, those first that differ from the last success. */
function Parameters({ training, run, baseline }) {
  const mine = run?.parameters ?? training.parameters;
  const theirs = baseline?.parameters ?? null;
  const rows = Object.entries(mine).map(([name, value]) => ({ name, value, other: theirs?.[name], differs: theirs !== null && theirs[name] !== value }));
  rows.sort((a, b) => Number(b.differs) - Number(a.differs) || a.name.localeCompare(b.name));
  return html`<${Card} title="Parameters">
    ${rows.length === 0 ? html`<p class="quiet">None given: the defaults of the algorithm.</p>`
      : html`<${Pairs} of=${rows.map(r => [r.name, html`${r.value}${r.differs && html` <span class="quiet small">(last success: ${r.other ?? 'not given'})</span>`}`, r.differs ? 'differs' : ''])} />`}<//>`;
}

const requestPairs = t => [
  ['Algorithm', t.algorithm],
  ['Dataset', html`<a href="#/datasets/${encodeURIComponent(t.dataset)}">${t.dataset}</a>${t.dataset_version ? html` <span title=${t.dataset_version}>${t.dataset_version.slice(0, 12)}</span>` : ''}`],
  ['User', t.user],
  ['Team', t.team],
  ['Pool', t.pool && html`<a href="#/pools">${t.pool}</a>`],
  ['Group', t.group && html`<a href="#/trainings?${new URLSearchParams({ group: t.group })}">${t.group}</a>`],
  ['Priority', t.priority || null],
  ['CPUs', t.cpus],
  ['Memory', t.memory_mib && bytes(t.memory_mib * 1024 * 1024)],
  ['GPUs', t.gpus && `${t.gpus}${t.gpu_kind ? ` ${t.gpu_kind}` : ''}`],
  ['Input model', t.input_model],
  ['Model', t.model && html`<a href="#/models/${encodeURIComponent(t.model)}">${t.model} ${t.model_version}</a>`],
  ['Labels', Object.keys(t.labels ?? {}).length > 0 && Object.entries(t.labels).map(([k, v]) => html`<span class="tag">${k}=${v}</span> `)],
];

function Files({ training }) {
  const data = useData(signal => listFiles(training.job, signal), [training.job, training.state]);
  const files = data.value?.artifacts ?? [];
  if (files.length === 0) return null;
  return html`<${Card} title="Files" flush><${Scroll} label="Files"><table><tbody>
    ${files.map(file => html`<tr><td><a href="api/runs/${training.job}/artifacts/${file.name.split('/').map(encodeURIComponent).join('/')}" download>${file.name}</a></td>
      <td class="right fit">${bytes(file.size)}</td></tr>`)}</tbody></table><//><//>`;
}

/** The same training as a command and as code. */
function Repeat({ training, run }) {
  const [isCode, setCode] = useState(false);
  const parameters = run?.parameters ?? training.parameters;
  const request = { algorithm: training.algorithm, dataset: training.dataset, dataset_version: training.dataset_version || undefined, parameters };
  const code = `await client.TrainAsync(new TrainingRequest
{
    Algorithm = ${JSON.stringify(training.algorithm)},
    DatasetId = ${JSON.stringify(training.dataset)},${training.dataset_version ? `\n    DatasetVersion = ${JSON.stringify(training.dataset_version)},` : ''}
    Parameters = new Dictionary<string, string>
    {
${Object.entries(parameters).map(([k, v]) => `        [${JSON.stringify(k)}] = ${JSON.stringify(v)},`).join('\n')}
    },
});`;
  const text = isCode ? code : submitCommand(request);
  return html`<${Card} title="Repeat" actions=${html`<div class="row" role="group" aria-label="Form">
      <button type="button" aria-pressed=${String(!isCode)} onClick=${() => setCode(false)}>curl</button>
      <button type="button" aria-pressed=${String(isCode)} onClick=${() => setCode(true)}>C#</button></div>`}>
    <div class="stack">
      ${run?.image_digest && html`<${Pairs} of=${[['Image', run.image], ['Digest', html`<code>${run.image_digest}</code>`]]} />`}
      <pre tabindex="0" role="region" aria-label="The request as text">${text}</pre><div><${Copy} text=${text} /></div></div><//>`;
}
