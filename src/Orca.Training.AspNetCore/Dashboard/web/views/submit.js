// A form for a new training, made from the parameters that the algorithm declares. It can start from an earlier training.
import { html, useEffect, useState } from '../vendor/preact.js';
import { submitCommand } from '../api.js';
import { useData } from '../data.js';
import { Card, Copy, Loaded, Problem } from '../parts.js';
import { getTraining, listAlgorithms, listDatasets, listPools, submit } from '../service.js';

export function Submit({ query }) {
  const from = query.get('from');
  const data = useData(async signal => {
    const [algorithms, datasets, pools, earlier] = await Promise.all([
      listAlgorithms(signal), listDatasets(signal), listPools(signal), from ? getTraining(from, signal) : null,
    ]);
    return { algorithms: algorithms.algorithms, datasets: datasets.datasets, pools: pools.pools, earlier };
  }, [from]);
  return html`<h1>Submit a training</h1><${Loaded} of=${data}>${value => html`<${Form} ...${value} dataset=${query.get('dataset')} />`}<//>`;
}

function Form({ algorithms, datasets, pools, earlier, dataset }) {
  const [form, setForm] = useState(() => ({
    algorithm: earlier?.algorithm ?? algorithms[0]?.name ?? '',
    dataset: earlier?.dataset ?? dataset ?? datasets[0] ?? '',
    dataset_version: '',
    name: earlier?.name ?? '',
    model: earlier?.model ?? '',
    pool: earlier?.pool && pools.some(p => p.name === earlier.pool) ? earlier.pool : '',
    priority: earlier?.priority || '',
    cpus: earlier?.cpus ?? '',
    memory_mib: earlier?.memory_mib ?? '',
    gpus: earlier?.gpus ?? '',
    parameters: { ...earlier?.parameters },
  }));
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const algorithm = algorithms.find(a => a.name === form.algorithm);
  const request = requestOf(form, algorithm);

  async function send(event) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const answer = await submit(request);
      location.hash = `#/trainings/${answer.job}`;
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  const wrong = name => error?.fields?.[name];
  const text = (name, label, hint, type = 'text') => html`<${Field} id=${name} label=${label} hint=${hint} wrong=${wrong(name)}>
    <input id=${name} type=${type} value=${form[name]} aria-invalid=${wrong(name) ? 'true' : undefined} min="0" step="any"
      onInput=${event => setForm({ ...form, [name]: event.target.value })} /><//>`;
  const choice = (name, label, options, empty) => html`<${Field} id=${name} label=${label} wrong=${wrong(name)}>
    <select id=${name} onChange=${event => setForm({ ...form, [name]: event.target.value })}>
      ${empty && html`<option value="">${empty}</option>`}
      ${options.map(o => html`<option value=${o} selected=${o === form[name]}>${o}</option>`)}
    </select><//>`;

  return html`<div class="two">
    <form class="stack" onSubmit=${send}>
      <${Card} title="What"><div class="form">
        ${choice('algorithm', 'Algorithm', algorithms.map(a => a.name))}
        <${Field} id="dataset" label="Dataset" wrong=${wrong('dataset')}>
          <input id="dataset" list="datasets" required value=${form.dataset} aria-invalid=${wrong('dataset') ? 'true' : undefined}
            onInput=${event => setForm({ ...form, dataset: event.target.value })} />
          <datalist id="datasets">${datasets.map(d => html`<option value=${d} />`)}</datalist><//>
        ${text('dataset_version', 'Dataset version', 'Empty for the newest')}
        ${text('name', 'Name', 'For your own use')}
        ${text('model', 'Publish as model', 'Empty to publish none')}
      </div><//>
      <${Card} title="Parameters"><${Fields} algorithm=${algorithm} values=${form.parameters} wrong=${name => wrong(`parameters.${name}`) ?? wrong(`parameters[${name}]`)}
        set=${(name, value) => setForm({ ...form, parameters: { ...form.parameters, [name]: value } })} /><//>
      <${Card} title="Where, and with what"><div class="form">
        ${pools.length > 1 && choice('pool', 'Pool', pools.map(p => p.name), 'My default pool')}
        ${text('priority', 'Priority', 'Among your own trainings; higher first', 'number')}
        ${text('cpus', 'CPUs', 'Empty for the default of the algorithm', 'number')}
        ${text('memory_mib', 'Memory (MiB)', 'Empty for the default of the algorithm', 'number')}
        ${text('gpus', 'GPUs', 'Empty for the default of the algorithm', 'number')}
      </div><//>
      <${Problem} error=${error} />
      <div class="row"><button class="primary" disabled=${isBusy || !form.algorithm}>${isBusy ? 'Submitting …' : 'Submit'}</button></div>
    </form>
    <${AsCommand} request=${request} />
  </div>`;
}

const Field = ({ id, label, hint, wrong, children }) => html`<div class="field"><label for=${id}>${label}</label>${children}
  ${wrong ? html`<span class="wrong" role="alert">${wrong.join(' ')}</span>` : hint && html`<span class="hint">${hint}</span>`}</div>`;

/** A field for each declared parameter, and one for others where the algorithm takes them. */
function Fields({ algorithm, values, set, wrong }) {
  if (!algorithm) return html`<p class="quiet">No algorithm is configured.</p>`;
  const declared = new Set(algorithm.parameters.map(p => p.name));
  const others = Object.keys(values).filter(name => !declared.has(name));
  return html`<div class="form">
    ${algorithm.parameters.map(p => html`<${Field} key=${p.name} id="p-${p.name}" label=${`${p.name}${p.is_required ? ' (required)' : ''}`} hint=${hintOf(p)} wrong=${wrong(p.name)}>
      ${p.choices?.length > 0 ? html`<select id="p-${p.name}" onChange=${event => set(p.name, event.target.value)}>
          <option value="">${p.default ?? ''}</option>${p.choices.map(c => html`<option value=${c} selected=${c === values[p.name]}>${c}</option>`)}</select>`
        : html`<input id="p-${p.name}" value=${values[p.name] ?? ''} placeholder=${p.default ?? ''} inputmode=${/Number/.test(p.kind) ? 'decimal' : undefined}
          onInput=${event => set(p.name, event.target.value)} />`}<//>`)}
    ${others.map(name => html`<${Field} key=${name} id="p-${name}" label=${name} wrong=${wrong(name)}>
      <input id="p-${name}" value=${values[name]} onInput=${event => set(name, event.target.value)} /><//>`)}
    ${algorithm.takes_other_parameters && html`<${Other} add=${name => set(name, '')} />`}
    ${algorithm.parameters.length + others.length === 0 && !algorithm.takes_other_parameters && html`<p class="quiet">This algorithm takes no parameters.</p>`}
  </div>`;
}

function Other({ add }) {
  const [name, setName] = useState('');
  return html`<div class="field"><label for="other">Another parameter</label><div class="row">
    <input id="other" value=${name} size="12" placeholder="NAME" onInput=${event => setName(event.target.value)} />
    <button type="button" disabled=${!name.trim()} onClick=${() => { add(name.trim()); setName(''); }}>Add</button></div></div>`;
}

function hintOf(p) {
  const range = p.least !== null && p.least !== undefined && p.most !== null && p.most !== undefined ? `${p.least} to ${p.most}`
    : p.least !== null && p.least !== undefined ? `at least ${p.least}` : p.most !== null && p.most !== undefined ? `at most ${p.most}` : '';
  return [p.description, range].filter(Boolean).join(' · ');
}

/** The request as the service takes it: what is empty is left out. */
function requestOf(form, algorithm) {
  const numbers = ['priority', 'cpus', 'memory_mib', 'gpus'];
  const request = {};
  for (const [name, value] of Object.entries(form)) {
    if (name === 'parameters' || value === '') continue;
    request[name] = numbers.includes(name) ? Number(value) : value;
  }
  const given = Object.entries(form.parameters).filter(([, value]) => value !== '');
  const known = new Set(algorithm?.parameters.map(p => p.name) ?? []);
  request.parameters = Object.fromEntries(given.filter(([name]) => known.has(name) || algorithm?.takes_other_parameters || !algorithm));
  return request;
}

function AsCommand({ request }) {
  const text = submitCommand(request, 2);
  return html`<${Card} title="As a command" actions=${html`<${Copy} text=${text} />`}><pre tabindex="0" role="region" aria-label="The request as a command">${text}</pre><//>`;
}
