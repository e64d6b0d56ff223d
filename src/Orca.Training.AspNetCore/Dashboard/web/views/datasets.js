// Datasets and their versions.
import { html } from '../vendor/preact.js';
import { useData } from '../data.js';
import { bytes, number } from '../format.js';
import { Card, Empty, Loaded, Scroll, Time } from '../parts.js';
import { listDatasetVersions, listDatasets } from '../service.js';

export function Datasets() {
  const data = useData(listDatasets, [], 10000);
  return html`<h1>Datasets</h1><${Loaded} of=${data}>${({ datasets }) => html`<div class="card">${datasets.length === 0
    ? html`<${Empty}><p>There is no dataset yet.</p><pre tabindex="0" role="region" aria-label="C# code">${'await client.Datasets.AddIntentFilesAsync("intents", "train.csv");'}</pre><//>`
    : html`<table><tbody>${datasets.map(name => html`<tr key=${name}><td><a href="#/datasets/${encodeURIComponent(name)}">${name}</a></td></tr>`)}</tbody></table>`}</div>`}<//>`;
}

export function Dataset({ id }) {
  const data = useData(signal => listDatasetVersions(id, signal), [id], 10000);
  return html`<div class="head"><div><p><a href="#/datasets">Datasets</a></p><h1>${id}</h1></div>
      <div class="row"><a class="button" href="#/trainings?${new URLSearchParams({ dataset: id })}">Trainings on it</a>
      <a class="button primary" href="#/submit?${new URLSearchParams({ dataset: id })}">Train on it</a></div></div>
    <${Loaded} of=${data}>${({ versions }) => html`<${Card} title="Versions" flush><${Scroll} label="Versions"><table>
      <thead><tr><th>Version</th><th>Tags</th><th class="right">Files</th><th class="right">Size</th><th class="right">Added</th></tr></thead>
      <tbody>${versions.map(v => html`<tr key=${v.version}>
        <td class="mono">${v.version}</td><td>${v.tags.map(t => html`<span class="tag">${t}</span> `)}</td>
        <td class="right fit">${number(v.files)}</td><td class="right fit">${bytes(v.size)}</td><td class="right fit"><${Time} at=${v.added_at} /></td>
      </tr>`)}</tbody></table><//><//>`}<//>`;
}
