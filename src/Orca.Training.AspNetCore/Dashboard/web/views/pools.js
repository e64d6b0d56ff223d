// Pools: what each owns of its machines, what it uses, and who may use it how much.
import { html } from '../vendor/preact.js';
import { useData } from '../data.js';
import { bytes, number } from '../format.js';
import { Bar, Card, Empty, Loaded, Pairs } from '../parts.js';
import { listPools } from '../service.js';

export function Pools() {
  const data = useData(listPools, [], 3000);
  return html`<h1>Pools</h1><${Loaded} of=${data}>${({ pools }) => pools.length === 0
    ? html`<div class="card"><${Empty}>You can use no pool.<//></div>`
    : html`<div class="cards">${pools.map(pool => html`<${Pool} key=${pool.name} pool=${pool} />`)}</div>`}<//>`;
}

const names = { jobs: 'trainings', cpus: 'CPUs', memory_mib: 'memory', gpus: 'GPUs' };

const amountOf = (kind, value) => kind === 'memory_mib' ? bytes(value * 1024 * 1024) : number(value);

/** "4 of 8", or what is used where nothing limits it. */
function Use({ kind, used, most }) {
  const part = most > 0 ? Math.min(1, used / most) : null;
  return html`<div>
    <div class="row small"><span class="quiet">${names[kind]}</span><span class="num">${amountOf(kind, used)}${most !== null ? ` of ${amountOf(kind, most)}` : ''}</span></div>
    ${part !== null && html`<${Bar} label=${`${names[kind]} in use`} part=${part} />`}
  </div>`;
}

/** What limits the pool on a machine: what it owns there, else what the machine has in all. */
const mostOf = (machine, kind) => machine.owned?.[kind] || machine.total?.[kind] || null;

const limitText = amount => amount && Object.keys(names).filter(kind => amount[kind] !== null)
  .map(kind => `${amountOf(kind, amount[kind])} ${names[kind]}`).join(', ');

function Pool({ pool }) {
  return html`<${Card} title=${pool.name} sentence=${`${number(pool.running)} running, ${number(pool.queued)} waiting`}
    actions=${html`<a href="#/trainings?state=Queued&state=Running">Trainings</a>`}>
    <div class="stack">
      ${pool.machines.map(machine => {
        const kinds = Object.keys(names).filter(kind => machine.used[kind] || machine.owned?.[kind]);
        return html`<div class="stack" style=${{ gap: '0.5rem' }} key=${machine.name}>
          <h3>${machine.name}</h3>
          <p class="small quiet">${machine.owned ? 'Owns a part of it.' : 'Uses what belongs to no pool.'}</p>
          ${kinds.map(kind => html`<${Use} kind=${kind} used=${machine.used[kind] ?? 0} most=${mostOf(machine, kind)} />`)}
          ${kinds.length === 0 && html`<p class="quiet small">Nothing in use.</p>`}
        </div>`;
      })}
      <${Pairs} of=${[
        ['Weight', pool.weight],
        ['At most', limitText(pool.most)],
        ['Each user', limitText(pool.per_user)],
        ['Most queued', pool.max_queued && number(pool.max_queued)],
        ['By each user', pool.max_queued_per_user && number(pool.max_queued_per_user)],
      ]} />
    </div><//>`;
}
