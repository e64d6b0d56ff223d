// All trainings: conditions, pages, and what can be done with those that are chosen.
import { html, useState } from '../vendor/preact.js';
import { setQuery } from '../app.js';
import { useData } from '../data.js';
import { count, headline, isOpen, number } from '../format.js';
import { Card, Do, Empty, LastValues, Loaded, Problem, Progress, Scroll, State, Time, Took, TrainingLink } from '../parts.js';
import { cancel, ended, hold, listAlgorithms, listTrainings, open, release, rerun } from '../service.js';

const pageSize = 50;
const filters = ['state', 'algorithm', 'dataset', 'user', 'name', 'group', 'label', 'page_token'];

function queryOf(address) {
  const query = { page_size: pageSize };
  for (const name of filters) {
    const values = address.getAll(name);
    if (values.length > 0) query[name] = name === 'state' || name === 'label' ? values : values[0];
  }
  return query;
}

export function Trainings({ query: address }) {
  const query = queryOf(address);
  const key = JSON.stringify(query);
  const data = useData(signal => listTrainings(query, signal), [key], 2000);
  return html`<div class="head"><div><h1>Trainings</h1></div><a class="button primary" href="#/submit">Submit a training</a></div>
    <${Filters} address=${address} />
    <${Loaded} of=${data}>${page => html`<${Page} key=${key} page=${page} address=${address} reload=${data.reload} />`}<//>`;
}

function Filters({ address }) {
  const algorithms = useData(listAlgorithms, []);
  const states = address.getAll('state');
  function set(name, values) {
    const next = new URLSearchParams(address);
    next.delete(name);
    next.delete('page_token');
    for (const value of values) if (value) next.append(name, value);
    setQuery(next);
  }
  const text = (name, label, hint) => html`<div class="field"><label for="f-${name}">${label}</label>
    <input id="f-${name}" type="search" value=${address.get(name) ?? ''} placeholder=${hint} size="14"
      onChange=${event => set(name, [event.target.value.trim()])} ...${name === 'name' ? { 'data-search': true } : {}} /></div>`;
  return html`<section class="card" aria-label="Conditions"><div class="body filters">
    <div class="field"><span class="label" id="f-state">State</span><div class="row" role="group" aria-labelledby="f-state">
      ${[...open, ...ended].map(state => html`<button type="button" aria-pressed=${String(states.includes(state))}
        onClick=${() => set('state', states.includes(state) ? states.filter(s => s !== state) : [...states, state])}>${state}</button>`)}
    </div></div>
    <div class="field"><label for="f-algorithm">Algorithm</label>
      <select id="f-algorithm" value=${address.get('algorithm') ?? ''} onChange=${event => set('algorithm', [event.target.value])}>
        <option value="">All</option>
        ${(algorithms.value?.algorithms ?? []).map(a => html`<option value=${a.name} selected=${a.name === address.get('algorithm')}>${a.name}</option>`)}
      </select></div>
    ${text('name', 'Name', 'exact name')}
    ${text('dataset', 'Dataset', '')}
    ${text('user', 'User', '')}
    ${text('group', 'Group', '')}
    ${text('label', 'Label', 'key=value')}
    ${[...address.keys()].length > 0 && html`<button type="button" class="plain" onClick=${() => setQuery(new URLSearchParams())}>Clear</button>`}
  </div></section>`;
}

function Page({ page, address, reload }) {
  const [chosen, setChosen] = useState(new Set());
  const [error, setError] = useState(null);
  const { trainings } = page;
  const picked = trainings.filter(t => chosen.has(t.job));
  const choose = (ids, isOn) => setChosen(before => {
    const next = new Set(before);
    for (const id of ids) isOn ? next.add(id) : next.delete(id);
    return next;
  });
  const next = token => {
    const address2 = new URLSearchParams(address);
    address2.set('page_token', token);
    return `#/trainings?${address2}`;
  };
  const first = () => {
    const address2 = new URLSearchParams(address);
    address2.delete('page_token');
    return `#/trainings?${address2}`;
  };
  if (trainings.length === 0) {
    return html`<div class="card"><${Empty}><p>No training matches.</p>
      ${address.get('page_token') && html`<a href=${first()}>Back to the first page</a>`}<//></div>`;
  }

  return html`
    <${Problem} error=${error} />
    <${Card} flush title=${picked.length > 0 ? `${picked.length} chosen` : count(trainings.length, 'training')}
      actions=${picked.length > 0 && html`<${Actions} picked=${picked} done=${() => { setChosen(new Set()); reload(); }} onError=${setError} />`}>
    <${Scroll} label="Trainings"><table>
      <thead><tr>
        <th class="fit"><input type="checkbox" aria-label="Choose all" checked=${picked.length === trainings.length}
          onChange=${event => choose(trainings.map(t => t.job), event.target.checked)} /></th>
        <th class="right fit">Job</th><th>Training</th><th class="hide-small">Dataset</th><th class="hide-small">User</th><th>State</th><th>Progress</th>
        <th class="hide-small">Last values</th><th class="right hide-small">Took</th><th class="right">Submitted</th>
      </tr></thead>
      <tbody>${trainings.map(t => html`<tr key=${t.job}>
        <td><input type="checkbox" aria-label="Choose training ${t.job}" checked=${chosen.has(t.job)} onChange=${event => choose([t.job], event.target.checked)} /></td>
        <td class="right"><a href="#/trainings/${t.job}" aria-label="Training ${t.job}">${t.job}</a></td>
        <td class="name"><${TrainingLink} training=${t} />${t.state !== 'Succeeded' && html`<div class="why">${headline(t.message)}</div>`}</td>
        <td class="hide-small"><a href="#/datasets/${encodeURIComponent(t.dataset)}">${t.dataset}</a></td>
        <td class="hide-small">${t.user ?? '–'}</td>
        <td class="fit"><${State} state=${t.state} held=${t.held_at} /></td>
        <td><${Progress} training=${t} /></td>
        <td class="hide-small"><${LastValues} of=${t.metrics} most=${2} /></td>
        <td class="right fit hide-small"><${Took} from=${t.started_at} to=${t.finished_at} /></td>
        <td class="right fit"><${Time} at=${t.submitted_at} /></td>
      </tr>`)}</tbody>
    </table><//><//>
    <nav class="row" aria-label="Pages">
      ${address.get('page_token') && html`<a class="button" href=${first()}>First page</a>`}
      ${page.next_page_token && html`<a class="button" href=${next(page.next_page_token)}>Next page</a>`}
    </nav>`;
}

/** Each action applies to the chosen trainings that it can apply to. */
function Actions({ picked, done, onError }) {
  const running = picked.filter(isOpen);
  const queued = picked.filter(t => t.state === 'Queued');
  const all = (trainings, what) => async () => {
    for (const training of trainings) await what(training.job);
  };
  return html`
    ${picked.length > 1 && picked.length <= 10 && html`<a class="button" href="#/compare?${new URLSearchParams(picked.map(t => ['job', t.job]))}">Compare</a>`}
    ${queued.some(t => !t.held_at) && html`<${Do} action=${all(queued.filter(t => !t.held_at), hold)} done=${done} onError=${onError}>Hold<//>`}
    ${queued.some(t => t.held_at) && html`<${Do} action=${all(queued.filter(t => t.held_at), release)} done=${done} onError=${onError}>Release<//>`}
    ${picked.some(t => !isOpen(t)) && html`<${Do} action=${all(picked.filter(t => !isOpen(t)), rerun)} done=${done} onError=${onError}>Run again<//>`}
    ${running.length > 0 && html`<${Do} kind="danger" ask=${`Cancel ${count(running.length, 'training')}?`} action=${all(running, cancel)} done=${done}
      onError=${onError}>Cancel<//>`}`;
}
