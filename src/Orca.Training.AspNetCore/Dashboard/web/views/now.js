// What needs somebody, what runs, what waits, and what has just ended.
import { html, useMemo } from '../vendor/preact.js';
import { count, duration, headline, isOpen, number, timeLeft } from '../format.js';
import { useData } from '../data.js';
import { Ago, Card, Empty, LastValues, Loaded, Progress, Scroll, State, Time, Took, TrainingLink, useNow } from '../parts.js';
import { listPools, listTrainings } from '../service.js';

const day = 24 * 3600 * 1000;

async function load(signal) {
  const since = new Date(Date.now() - day).toISOString();
  const [running, queued, ended, pools] = await Promise.all([
    listTrainings({ state: ['Running', 'Launching'], page_size: 100 }, signal),
    listTrainings({ state: ['Queued'], oldest_first: true, page_size: 100 }, signal),
    listTrainings({ state: ['Succeeded', 'Failed', 'Cancelled'], page_size: 100 }, signal),
    listPools(signal),
  ]);
  return { running: running.trainings, queued, ended: ended.trainings.filter(t => t.finished_at >= since), pools: pools.pools };
}

export function Now() {
  const data = useData(load, [], 2000);
  return html`<h1>Now</h1><${Loaded} of=${data}>${value => value.running.length + value.queued.trainings.length + value.ended.length === 0 && !value.queued.next_page_token
    ? html`<${First} />` : html`<${Busy} of=${value} />`}<//>`;
}

function Busy({ of }) {
  const { running, queued, ended, pools } = of;
  const failed = ended.filter(t => t.state === 'Failed');
  const waiting = Math.max(queued.trainings.length, pools.reduce((sum, pool) => sum + pool.queued, 0));
  return html`
    <${Trouble} failed=${failed} running=${running} />
    <section class="card figures" aria-label="Counts">
      <a href="#/trainings?state=Running&state=Launching"><b>${number(running.length)}</b><span>running</span></a>
      <a href="#/trainings?state=Queued"><b>${number(waiting)}</b><span>waiting</span></a>
      <a href="#/trainings?state=Succeeded"><b>${number(ended.filter(t => t.state === 'Succeeded').length)}</b><span>succeeded in 24 h</span></a>
      <a href="#/trainings?state=Failed"><b>${number(failed.length)}</b><span>failed in 24 h</span></a>
    </section>
    <${Card} title="Running" flush sentence=${running.length === 0 ? 'Nothing is running.' : ''}>
      ${running.length > 0 && html`<${Running} trainings=${running} />`}<//>
    <${Queues} queued=${queued} pools=${pools} />
    <${Card} title="Ended in the last 24 hours" flush sentence=${ended.length === 0 ? 'Nothing has ended.' : ''}
      actions=${html`<a href="#/trainings">All trainings</a>`}>
      ${ended.length > 0 && html`<${Ended} trainings=${ended.slice(0, 10)} />`}<//>`;
}

/** What is wrong, grouped: a line each. */
function Trouble({ failed, running }) {
  const groups = useMemo(() => {
    const found = new Map();
    for (const training of failed) {
      const key = `${training.outcome} · ${training.algorithm}`;
      const group = found.get(key) ?? { key, trainings: [] };
      group.trainings.push(training);
      found.set(key, group);
    }
    return [...found.values()].sort((a, b) => b.trainings.length - a.trainings.length);
  }, [failed]);
  const now = useNow(30000);
  const silent = running.filter(t => t.state === 'Launching' && now - new Date(t.started_at ?? t.submitted_at).getTime() > 10 * 60000);
  if (groups.length + silent.length === 0) return html`<div class="notice good">Nothing needs you.</div>`;
  return html`<div class="notice bad" role="status">
    ${groups.slice(0, 4).map(({ key, trainings }) => html`<p><b>${count(trainings.length, 'training')} failed</b>: ${key},
      last ${html`<${Ago} at=${trainings[0].finished_at} />`}. ${html`<${TrainingLink} training=${trainings[0]} />`}: ${headline(trainings[0].message)}</p>`)}
    ${silent.map(training => html`<p><${TrainingLink} training=${training} /> has been launching for more than 10 minutes.</p>`)}
  </div>`;
}

function Running({ trainings }) {
  const now = useNow(1000);
  return html`<${Scroll} label="Running trainings"><table>
    <thead><tr><th>Training</th><th class="hide-small">User</th><th>State</th><th>Progress</th><th class="hide-small">Last values</th><th class="right">Runs for</th></tr></thead>
    <tbody>${trainings.map(t => html`<tr key=${t.job}>
      <td class="name"><${TrainingLink} training=${t} /><div class="why">${headline(t.message)}</div></td>
      <td class="hide-small">${t.user ?? '–'}</td>
      <td class="fit"><${State} state=${t.state} /></td>
      <td><${Progress} training=${t} />${timeLeft(t, now) !== null && html`<div class="why">about ${duration(timeLeft(t, now))} left</div>`}</td>
      <td class="hide-small"><${LastValues} of=${t.metrics} most=${3} /></td>
      <td class="right"><${Took} from=${t.started_at} /></td>
    </tr>`)}</tbody></table><//>`;
}

/** The first ten of each pool's queue, with the reason why each waits. */
function Queues({ queued, pools }) {
  const byPool = new Map(pools.filter(p => p.queued > 0).map(p => [p.name, { pool: p, trainings: [] }]));
  for (const training of queued.trainings) {
    const name = training.pool ?? 'default';
    if (!byPool.has(name)) byPool.set(name, { pool: { name, queued: 0, running: 0 }, trainings: [] });
    byPool.get(name).trainings.push(training);
  }
  const lines = [...byPool.values()];
  if (lines.length === 0) return html`<${Card} title="Waiting" sentence="Nothing waits." flush />`;
  return lines.map(({ pool, trainings }) => {
    const first = trainings.sort((a, b) => (a.queue_position ?? Infinity) - (b.queue_position ?? Infinity)).slice(0, 10);
    const all = Math.max(pool.queued, trainings.length);
    return html`<${Card} key=${pool.name} title=${lines.length === 1 && pool.name === 'default' ? 'Waiting' : `Waiting in pool ${pool.name}`} flush
      sentence=${first.length === 0 ? `${number(all)} wait.` : all > first.length ? `The first ${first.length} of ${number(all)}.` : ''}
      actions=${html`<a href="#/trainings?state=Queued">All that wait</a>`}>
      ${first.length === 0 ? html`<${Empty}>They are further back in the list of all that wait.<//>` : html`<${Scroll} label="Waiting trainings"><table>
      <thead><tr><th class="right fit">Place</th><th>Training</th><th class="hide-small">User</th><th>State</th><th class="right">Since</th></tr></thead>
      <tbody>${first.map(t => html`<tr key=${t.job}>
        <td class="right">${t.queue_position ?? '–'}</td>
        <td class="name"><${TrainingLink} training=${t} /><div class="why">${headline(t.message)}</div></td>
        <td class="hide-small">${t.user ?? '–'}</td>
        <td class="fit"><${State} state=${t.state} held=${t.held_at} /></td>
        <td class="right fit"><${Time} at=${t.submitted_at} /></td>
      </tr>`)}</tbody></table><//>`}<//>`;
  });
}

const Ended = ({ trainings }) => html`<${Scroll} label="Ended trainings"><table>
  <thead><tr><th>Training</th><th class="hide-small">User</th><th>State</th><th class="hide-small">Last values</th><th class="right">Took</th><th class="right">Ended</th></tr></thead>
  <tbody>${trainings.filter(t => !isOpen(t)).map(t => html`<tr key=${t.job}>
    <td class="name"><${TrainingLink} training=${t} />${t.state === 'Failed' && html`<div class="why">${headline(t.message)}</div>`}</td>
    <td class="hide-small">${t.user ?? '–'}</td>
    <td class="fit"><${State} state=${t.state} /></td>
    <td class="hide-small"><${LastValues} of=${t.metrics} most=${2} /></td>
    <td class="right fit"><${Took} from=${t.started_at} to=${t.finished_at} /></td>
    <td class="right fit"><${Time} at=${t.finished_at} /></td>
  </tr>`)}</tbody></table><//>`;

/** What a service without any training shows: how to submit the first one. */
const First = () => html`<div class="card"><div class="empty">
  <h2>There are no trainings yet</h2>
  <p>Submit one here, or from code:</p>
  <pre tabindex="0" role="region" aria-label="C# code">${`var job = await client.TrainAsync(new TrainingRequest
{
    Algorithm = "intent-classification",
    DatasetId = "intents",
});`}</pre>
  <a class="button primary" href="#/submit">Submit a training</a>
</div></div>`;
