// Models: their versions, which alias points where, and the run that made each.
import { html, useState } from '../vendor/preact.js';
import { useData } from '../data.js';
import { Card, Copy, Do, Empty, LastValues, Loaded, Problem, Scroll, Time } from '../parts.js';
import { getRun, listModels, listVersions, removeAlias, setAlias } from '../service.js';

// Versions whose run is looked up, for their metrics.
const mostRuns = 20;

async function load(name, signal) {
  const { versions } = await listVersions(name, signal);
  const newestFirst = versions.toSorted((a, b) => b.version - a.version);
  return Promise.all(newestFirst.map(async (version, i) => ({ ...version, run: i < mostRuns ? await getRun(version.job, signal).catch(() => null) : null })));
}

export function Models() {
  const data = useData(listModels, [], 10000);
  return html`<h1>Models</h1><${Loaded} of=${data}>${({ models }) => html`<div class="card">${models.length === 0
    ? html`<${Empty}><p>No model has been published.</p><p class="small">A training with an output model name publishes one when it succeeds.</p><//>`
    : html`<table><tbody>${models.map(name => html`<tr key=${name}><td><a href="#/models/${encodeURIComponent(name)}">${name}</a></td></tr>`)}</tbody></table>`}</div>`}<//>`;
}

export function Model({ id }) {
  const [error, setError] = useState(null);
  const data = useData(signal => load(id, signal), [id], 10000);
  return html`<div class="head"><div><p><a href="#/models">Models</a></p><h1>${id}</h1></div></div>
    <${Problem} error=${error} />
    <${Loaded} of=${data}>${versions => html`
      <${Card} title="Versions" flush><${Scroll} label="Versions"><table>
        <thead><tr><th class="right fit">Version</th><th>Aliases</th><th>Metrics</th><th class="hide-small">Dataset</th><th class="right">Published</th><th class="right">Training</th><th></th></tr></thead>
        <tbody>${versions.map(v => html`<tr key=${v.version}>
          <td class="right">${v.version}</td>
          <td>${v.aliases.map(a => html`<span class="tag">${a}</span> `)}</td>
          <td><${LastValues} of=${v.run?.metrics} most=${4} /></td>
          <td class="hide-small">${v.run?.dataset ?? '–'}</td>
          <td class="right fit"><${Time} at=${v.published_at} /></td>
          <td class="right fit"><a href="#/trainings/${v.job}">${v.job}</a></td>
          <td class="fit"><${Promote} model=${id} version=${v} onError=${setError} done=${data.reload} /></td>
        </tr>`)}</tbody></table><//><//>
      ${versions.length > 0 && html`<${Load} model=${id} />`}`}<//>`;
}

/** Moves an alias to this version, or takes one away. */
function Promote({ model, version, done, onError }) {
  const [alias, setName] = useState('production');
  return html`<details><summary>Aliases</summary><div class="stack">
    <div class="row"><input aria-label="Alias" value=${alias} size="12" onInput=${event => setName(event.target.value)} />
      <${Do} action=${() => setAlias(model, alias, version.version)} done=${done} onError=${onError} disabled=${!alias}
        ask=${`Let ${alias} of ${model} be version ${version.version}?`}>Set<//></div>
    ${version.aliases.map(a => html`<div class="row"><span class="tag">${a}</span><${Do} kind="danger" action=${() => removeAlias(model, a)} done=${done} onError=${onError}
      ask=${`Remove the alias ${a} of ${model}?`}>Remove<//></div>`)}
  </div></details>`;
}

function Load({ model }) {
  const code = `await client.Models.DownloadFilesAsync(${JSON.stringify(model)}, "production", "model");`;
  return html`<${Card} title="Use it from C#" actions=${html`<${Copy} text=${code} />`}><pre tabindex="0" role="region" aria-label="C# code">${code}</pre><//>`;
}
