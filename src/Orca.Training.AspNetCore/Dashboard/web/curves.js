// The curves of one or more trainings, one chart a metric. A metric without new points is not read again.
import { html, useMemo, useState } from './vendor/preact.js';
import { Chart, palette } from './chart.js';
import { useData } from './data.js';
import { metricRank, number } from './format.js';
import { Empty, Loaded, Scroll } from './parts.js';
import { listMetrics, readMetric } from './service.js';

const mostPoints = 2000;

/** Reads all metrics of a training; with an earlier reading, only those that have changed. */
async function readCurves(job, signal, before) {
  const { metrics } = await listMetrics(job, signal);
  return Promise.all(newest(metrics).map(async ({ name, attempt, count }) => {
    const known = before?.find(s => s.name === name && s.attempt === attempt);
    if (known?.count === count) return known;
    const { points } = await readMetric(job, name, { attempt, max_points: mostPoints }, signal);
    return { name, attempt, count, points };
  }));
}

/** Each metric of the newest attempt that has it, as its first rank reports it. */
function newest(metrics) {
  const found = new Map();
  for (const metric of metrics) {
    if (metric.rank === 0 && metric.attempt >= (found.get(metric.name)?.attempt ?? 0)) found.set(metric.name, metric);
  }
  return [...found.values()];
}

const axes = {
  step: { label: 'step', of: point => point.step },
  time: { label: 'time', of: point => new Date(point.at).getTime() / 1000, isTime: true },
  elapsed: { label: 'seconds since the first point', of: (point, first) => (new Date(point.at) - new Date(first.at)) / 1000 },
};

/** Points in the order of x, one for each x. */
function linePoints(points, axis) {
  const line = [];
  for (const [index, point] of points.entries()) {
    const x = axis.of(point, points[0]) ?? index;
    const last = line.at(-1);
    if (last && x <= last.x) {
      if (x === last.x) last.y = point.value;
      continue;
    }
    line.push({ x, y: point.value });
  }
  return line;
}

/**
 * Draws the metrics of trainings, one chart each.
 * trainings: [{job, label, color?, isFaint?, dash?}], the first one is the main one.
 */
export function Curves({ trainings, isLive, theme }) {
  const [axisName, setAxis] = useState('step');
  const [smoothing, setSmoothing] = useState(0);
  const ids = trainings.map(t => t.job).join();
  const data = useData(async (signal, before) => Object.fromEntries(await Promise.all(trainings.map(async t =>
    [t.job, before && t.isFaint ? before[t.job] : await readCurves(t.job, signal, before?.[t.job])]))), [ids], isLive ? 2000 : 0);
  return html`<${Loaded} of=${data}>${curves => html`<${Charts} ...${{ trainings, curves, axisName, setAxis, smoothing, setSmoothing, theme }} />`}<//>`;
}

function Charts({ trainings, curves, axisName, setAxis, smoothing, setSmoothing, theme }) {
  const axis = axes[axisName];
  const names = useMemo(() => {
    const main = trainings.filter(t => !t.isFaint).flatMap(t => curves[t.job] ?? []).map(s => s.name);
    return [...new Set(main)].sort((a, b) => metricRank(a) - metricRank(b) || a.localeCompare(b));
  }, [curves]);
  const charts = useMemo(() => names.map(name => ({
    name,
    lines: trainings.map((t, i) => ({ training: t, color: t.color ?? palette[i % palette.length], series: curves[t.job]?.find(s => s.name === name) }))
      .filter(l => l.series?.points.length > 0)
      .map(l => ({ label: l.training.label, color: l.color, dash: l.training.dash, points: linePoints(l.series.points, axis) })),
  })), [curves, axisName]);
  const drawn = charts.filter(c => c.lines.some(l => l.points.length > 1));
  const finals = charts.filter(c => !drawn.includes(c));
  if (charts.length === 0) {
    return html`<${Empty}><p>No metrics yet.</p><p class="small">A training reports them as JSON lines:
      <code>${'{"orca":"metric","step":1,"loss":0.5}'}</code></p><//>`;
  }

  return html`<div class="stack">
    <div class="row">
      <div class="row" role="group" aria-label="Horizontal axis">${Object.keys(axes).map(name => html`<button type="button" aria-pressed=${String(axisName === name)}
        onClick=${() => setAxis(name)}>${name}</button>`)}</div>
      <label class="row small quiet">Smoothing <input type="range" min="0" max="0.95" step="0.05" value=${smoothing}
        onInput=${event => setSmoothing(Number(event.target.value))} /></label>
    </div>
    <div class="charts">${drawn.map(({ name, lines }) => html`<div key=${name}>
      <h3>${name}</h3>
      <${Chart} lines=${lines} title=${name} xLabel=${axis.label} isTime=${Boolean(axis.isTime)} isSmall=${drawn.length > 1} smoothing=${smoothing} theme=${theme} />
    </div>`)}</div>
    ${finals.length > 0 && html`<${Finals} charts=${finals} />`}
  </div>`;
}

/** Metrics that were reported once: a point is no curve. */
const Finals = ({ charts }) => html`<${Scroll} label="Metrics that were reported once"><table>
  <thead><tr><th>Reported once</th>${charts.find(c => c.lines.length > 1)?.lines.map(l => html`<th class="right">${l.label}</th>`) ?? html`<th class="right">Value</th>`}</tr></thead>
  <tbody>${charts.map(({ name, lines }) => html`<tr key=${name}><td>${name}</td>${lines.map(l => html`<td class="right">${number(l.points.at(-1).y)}</td>`)}</tr>`)}</tbody>
</table><//>`;
