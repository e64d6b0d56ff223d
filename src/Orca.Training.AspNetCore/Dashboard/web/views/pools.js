// Pools: what each owns of its machines, what it uses, and who may use it how much.
import { html } from '../vendor/preact.js';
import { useData } from '../data.js';
import { bytes, number } from '../format.js';
import { Card, Empty, Loaded, Pairs } from '../parts.js';
import { listPools } from '../service.js';

export function Pools() {
  const data = useData(listPools, [], 3000);
  return html`<h1>Pools</h1><${Loaded} of=${data}>${({ pools }) => pools.length === 0
    ? html`<div class="card"><${Empty}>You can use no pool.<//></div>`
    : html`<div class="cards">${pools.map(pool => html`<${Pool} key=${pool.name} pool=${pool} />`)}</div>`}<//>`;
}

const amount = { cpus: number, memory_mib: v => bytes(v * 1024 * 1024), gpus: number, jobs: number };
const names = { cpus: 'CPUs', memory_mib: 'Memory', gpus: 'GPUs', jobs: 'Trainings' };

/** "4 of 8", or what is used where nothing limits it. */
function Use({ kind, used, most }) {
  const part = most > 0 ? Math.min(1, used / most) : null;
  return html`<div>
    <div class="row small"><span class="quiet">${names[kind]}</span><span class="num">${amount[kind](used)}${most !== null && most !== undefined ? ` of ${amount[kind](most)}` : ''}</span></div>
    ${part !== null && html`<div class="bar" role="progressbar" aria-label="${names[kind]} in use" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(part * 100)}>
      <div style=${{ width: `${part * 100}%` }}></div></div>`}
  </div>`;
}

function Pool({ pool }) {
  return html`<${Card} title=${pool.name} sentence=${`${number(pool.running)} running, ${number(pool.queued)} waiting`} actions=${html`<a href="#/trainings">Trainings</a>`}>
    <div class="stack">
      ${(pool.machines ?? []).map(machine => html`<div class="stack" style=${{ gap: '0.5rem' }}><h3>${machine.name}</h3>
        ${Object.keys(names).filter(kind => machine.used?.[kind] || machine.owned?.[kind]).map(kind => html`<${Use} kind=${kind} used=${machine.used?.[kind] ?? 0} most=${machine.owned?.[kind]} />`)}
        ${!Object.keys(names).some(kind => machine.used?.[kind] || machine.owned?.[kind]) && html`<p class="quiet small">Nothing in use.</p>`}
      </div>`)}
      <${Pairs} of=${[
        ['Weight', pool.weight],
        ['Most queued', pool.most_queued && number(pool.most_queued)],
        ['Most running', pool.limits?.jobs && number(pool.limits.jobs)],
        ['Per user', pool.per_user?.jobs && number(pool.per_user.jobs)],
      ]} />
    </div><//>`;
}
