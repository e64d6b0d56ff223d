// Curves of metrics. A canvas says nothing to a screen reader, so arrow keys read values out, and a table has the same numbers.
import uPlot from './vendor/uplot.js';
import { html, useEffect, useMemo, useRef, useState } from './vendor/preact.js';
import { number } from './format.js';

/** Colours that can be told apart on both grounds, also by most who see colours differently. */
export const palette = ['#2f7fd6', '#d9662b', '#2c9a68', '#a45bd0', '#c2416b', '#8a7a1f', '#1f8f9c', '#7a6be0', '#b0563c', '#5b7f2f'];

const rowsOfTable = 50;

/** Smooths values by an exponential average with a correction for its start; 0 leaves them as they are. */
export function smooth(values, weight) {
  if (!weight) return values;
  let last = 0;
  let debias = 0;
  return values.map(value => {
    if (value === null || value === undefined) return value;
    last = last * weight + (1 - weight) * value;
    debias = debias * weight + (1 - weight);
    return last / debias;
  });
}

/** Puts lines with points of their own onto one axis. */
function align(lines, smoothing) {
  if (lines.length === 0) return [[]];
  const tables = lines.map(line => [line.points.map(p => p.x), smooth(line.points.map(p => p.y), smoothing)]);
  return tables.length === 1 ? tables[0] : uPlot.join(tables);
}

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options(lines, width, height, xLabel, isTime, onCursor) {
  const axis = { stroke: css('--quiet'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, font: '12px system-ui' };
  return {
    width,
    height,
    scales: { x: { time: isTime } },
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    hooks: { setCursor: [u => onCursor(u.cursor.idx)] },
    axes: [
      { ...axis, label: xLabel, labelSize: 18, labelFont: '12px system-ui', size: 34 },
      { ...axis, size: 58, values: (_, splits) => splits.map(number) },
    ],
    series: [
      {},
      ...lines.map(line => ({
        label: line.label,
        stroke: line.color,
        width: line.isFaint ? 1 : 2,
        dash: line.dash,
        spanGaps: true,
        points: { show: line.points.length < 2, size: 6 },
      })),
    ],
  };
}

/**
 * Draws lines.
 * lines: [{label, color, points: [{x, y}], isFaint, dash}], points in the order of x.
 */
export function Chart({ lines, title, xLabel = 'step', isTime = false, isSmall = false, smoothing = 0, theme }) {
  const place = useRef();
  const plot = useRef();
  const [cursor, setCursor] = useState(null);
  const data = useMemo(() => align(lines, smoothing), [lines, smoothing]);
  const shape = lines.map(line => `${line.label}|${line.color}|${line.points.length < 2}`).join('\n');

  useEffect(() => {
    const element = place.current;
    const height = isSmall ? 176 : 272;
    plot.current = new uPlot(options(lines, element.clientWidth || 300, height, xLabel, isTime, setCursor), data, element);
    const observer = new ResizeObserver(() => plot.current.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current.destroy();
    };
  }, [shape, xLabel, isTime, isSmall, theme]);

  useEffect(() => plot.current.setData(data), [data]);

  function onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    const length = data[0].length;
    if (step === undefined || length === 0) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(length - 1, (cursor ?? (step < 0 ? length : -1)) + step));
    plot.current.setCursor({ left: plot.current.valToPos(data[0][at], 'x'), top: 20 });
    setCursor(at);
  }

  const at = cursor ?? data[0].length - 1;
  const x = data[0][at];
  return html`<figure style=${{ margin: 0 }}>
    <div class="legend" role="status">
      ${x !== undefined && html`<span>${xLabel} <b class="num">${isTime ? new Date(x * 1000).toLocaleTimeString() : number(x)}</b></span>`}
      ${lines.map((line, i) => html`<span><i style=${{ background: line.color }}></i>${line.label}${' '}
        <b class="num">${number(data[i + 1]?.[at] ?? (cursor === null ? line.points.at(-1)?.y : null))}</b></span>`)}
    </div>
    <div class="chart ${isSmall ? 'small' : ''}" ref=${place} tabindex="0" role="img" onKeyDown=${onKey}
      aria-label="Curve of ${title}. Arrow keys move along it."></div>
    <${Table} lines=${lines} data=${data} xLabel=${xLabel} title=${title} />
  </figure>`;
}

/** At most fifty rows of the numbers, evenly chosen, the last one always among them. */
function Table({ lines, data, xLabel, title }) {
  const [isOpen, setOpen] = useState(false);
  const length = data[0].length;
  const every = Math.max(1, Math.ceil(length / rowsOfTable));
  const rows = isOpen ? data[0].map((_, i) => i).filter(i => (length - 1 - i) % every === 0) : [];
  return html`<details onToggle=${event => setOpen(event.currentTarget.open)}>
    <summary>Numbers of ${title}${every > 1 ? ` (${Math.ceil(length / every)} of ${length} rows)` : ''}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Numbers of ${title}"><table>
      <thead><tr><th class="right">${xLabel}</th>${lines.map(line => html`<th class="right">${line.label}</th>`)}</tr></thead>
      <tbody>${rows.map(i => html`<tr><td class="right">${number(data[0][i])}</td>
        ${lines.map((_, k) => html`<td class="right">${number(data[k + 1][i])}</td>`)}</tr>`)}</tbody>
    </table></div>
  </details>`;
}
