// Up to ten trainings side by side: curves, the parameters that differ, the final metrics with the best marked.
import { html, useMemo } from '../vendor/preact.js';
import { Curves } from '../curves.js';
import { useData } from '../data.js';
import { isOpen, number, title } from '../format.js';
import { Card, Empty, Loaded, State, TrainingLink } from '../parts.js';
import { listTrainings } from '../service.js';
import { palette } from '../chart.js';

const most = 10;

export function Compare({ query, theme }) {
  const ids = query.getAll('job').slice(0, most);
  const data = useData(signal => ids.length === 0 ? { trainings: [] } : listTrainings({ ids: ids.join() }, signal), [ids.join()],
    value => value.trainings.some(isOpen) ? 3000 : 0);
  return html`<h1>Compare</h1><${Loaded} of=${data}>${value => value.trainings.length === 0
    ? html`<div class="card"><${Empty}><p>Choose trainings in the <a href="#/trainings">list</a>, then Compare.</p><//></div>`
    : html`<${Table} trainings=${value.trainings} theme=${theme} />`}<//>`;
}

const lowerIsBetter = name => /loss|err|mse|mae|perplex|time|seconds/i.test(name);

/** The job with the best value of a metric; null if there is nothing to compare. */
function bestOf(trainings, name) {
  const known = trainings.filter(t => Number.isFinite(t.metrics[name]));
  if (new Set(known.map(t => t.metrics[name])).size < 2) return null;
  return known.reduce((best, t) => (lowerIsBetter(name) ? t.metrics[name] < best.metrics[name] : t.metrics[name] > best.metrics[name]) ? t : best).job;
}

function Table({ trainings, theme }) {
  const colored = trainings.map((t, i) => ({ job: t.job, label: String(t.job), color: palette[i] }));
  const parameters = useMemo(() => {
    const names = [...new Set(trainings.flatMap(t => Object.keys(t.parameters)))].sort();
    return names.map(name => ({ name, values: trainings.map(t => t.parameters[name]), differs: new Set(trainings.map(t => t.parameters[name])).size > 1 }))
      .sort((a, b) => Number(b.differs) - Number(a.differs));
  }, [trainings]);
  const metrics = [...new Set(trainings.flatMap(t => Object.keys(t.metrics)))].sort();
  const csv = [
    ['', ...trainings.map(t => t.job)],
    ['state', ...trainings.map(t => t.state)],
    ...parameters.map(p => [p.name, ...p.values]),
    ...metrics.map(m => [m, ...trainings.map(t => t.metrics[m])]),
  ].map(row => row.map(quoted).join(',')).join('\r\n');

  return html`
    <${Card} title=${`${trainings.length} trainings`} flush actions=${html`<button type="button" onClick=${() => save('comparison.csv', csv)}>Download CSV</button>`}>
      <div class="scroll" tabindex="0" role="region" aria-label="Comparison"><table>
        <thead><tr><th></th>${trainings.map((t, i) => html`<th><i style=${{ display: 'inline-block', width: '0.8rem', height: '0.25rem', borderRadius: '2px',
          background: palette[i], marginRight: '0.4rem', verticalAlign: 'middle' }}></i><${TrainingLink} training=${{ ...t, name: `${t.job} ${title(t)}` }} /></th>`)}</tr></thead>
        <tbody>
          <tr><th scope="row">State</th>${trainings.map(t => html`<td><${State} state=${t.state} /></td>`)}</tr>
          ${metrics.map(name => html`<tr><th scope="row">${name}</th>${trainings.map(t => html`<td class="num ${bestOf(trainings, name) === t.job ? 'best' : ''}">
            ${number(t.metrics[name])}${bestOf(trainings, name) === t.job ? ' (best)' : ''}</td>`)}</tr>`)}
          ${parameters.map(p => html`<tr><th scope="row">${p.name}${p.differs ? '' : html` <span class="quiet small">(same)</span>`}</th>${p.values.map(value => html`<td>${value ?? '–'}</td>`)}</tr>`)}
        </tbody></table></div><//>
    <${Card} title="Curves"><${Curves} trainings=${colored} isLive=${trainings.some(isOpen)} theme=${theme} /><//>`;
}

// A cell that starts like a formula is one to a spreadsheet.
function quoted(value) {
  const text = String(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
