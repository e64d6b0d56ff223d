// The frame: which view the address names, the navigation, the theme and the keys.
import { html, render, useEffect, useState } from './vendor/preact.js';
import { useConnection } from './data.js';
import { Now } from './views/now.js';
import { Trainings } from './views/trainings.js';
import { Training } from './views/training.js';
import { Compare } from './views/compare.js';
import { Models, Model } from './views/models.js';
import { Datasets, Dataset } from './views/datasets.js';
import { Pools } from './views/pools.js';
import { Submit } from './views/submit.js';

const sections = [['', 'Now'], ['trainings', 'Trainings'], ['models', 'Models'], ['datasets', 'Datasets'], ['pools', 'Pools'], ['submit', 'Submit']];

const views = [
  [/^$/, Now, 'Now'],
  [/^trainings$/, Trainings, 'Trainings'],
  [/^trainings\/(\d+)$/, Training, 'Training'],
  [/^compare$/, Compare, 'Compare'],
  [/^models$/, Models, 'Models'],
  [/^models\/([^/]+)$/, Model, 'Model'],
  [/^datasets$/, Datasets, 'Datasets'],
  [/^datasets\/([^/]+)$/, Dataset, 'Dataset'],
  [/^pools$/, Pools, 'Pools'],
  [/^submit$/, Submit, 'Submit'],
];

/** The address after the # is the whole state of the page: a path and a query. */
function readAddress() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return { path: path.replace(/\/$/, ''), query: new URLSearchParams(query ?? '') };
}

/** Changes the query of the address. Going back leads to what was seen before, unless isSmall. */
export function setQuery(query, isSmall = false) {
  const { path } = readAddress();
  const text = query.toString();
  const address = `#/${path}${text ? `?${text}` : ''}`;
  if (isSmall) {
    history.replaceState(null, '', address);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = address;
  }
}

function useAddress() {
  const [address, setAddress] = useState(readAddress);
  useEffect(() => {
    const read = () => setAddress(readAddress());
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return address;
}

function useTheme() {
  const wanted = () => localStorage.getItem('orca-theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const [theme, setTheme] = useState(wanted);
  useEffect(() => { document.documentElement.dataset.theme = theme; }, [theme]);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(wanted());
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  return [theme, () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem('orca-theme', next);
    setTheme(next);
  }];
}

const keys = [['g n', 'Now'], ['g t', 'Trainings'], ['g m', 'Models'], ['g d', 'Datasets'], ['g p', 'Pools'], ['g s', 'Submit'], ['/', 'Search'], ['?', 'These keys']];
const targets = { n: '#/', t: '#/trainings', m: '#/models', d: '#/datasets', p: '#/pools', s: '#/submit' };

/** Two keys lead to a section. They do nothing while somebody writes. */
function useKeys(showHelp) {
  useEffect(() => {
    let isGoing = false;
    function press(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      if (isGoing && targets[event.key]) location.hash = targets[event.key];
      else if (event.key === '?') showHelp(true);
      else if (event.key === '/') {
        const search = document.querySelector('[data-search]');
        if (search) {
          event.preventDefault();
          search.focus();
        }
      }
      isGoing = event.key === 'g';
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function Help({ close }) {
  return html`<dialog ref=${box => box && !box.open && box.showModal()} onClose=${close} aria-label="Keys">
    <div><h2>Keys</h2>
    <dl>${keys.map(([key, what]) => html`<dt>${key.split(' ').map(k => html`<kbd>${k}</kbd> `)}</dt><dd>${what}</dd>`)}</dl>
    <div class="row"><button type="button" onClick=${close} autofocus>Close</button></div></div>
  </dialog>`;
}

function App() {
  const address = useAddress();
  const [theme, flipTheme] = useTheme();
  const [isHelping, setHelping] = useState(false);
  const isLost = useConnection();
  useKeys(setHelping);
  const found = views.map(([pattern, View, name]) => ({ match: pattern.exec(address.path), View, name })).find(v => v.match);
  const section = address.path.split('/')[0];
  useEffect(() => {
    document.title = `${found?.name ?? 'Not found'}${found?.match[1] ? ` ${decodeURIComponent(found.match[1])}` : ''} – Trainings`;
    scrollTo(0, 0);
  }, [address.path]);

  return html`
    <a class="skip" href="#main" onClick=${event => {
      event.preventDefault();
      document.querySelector('main').focus();
    }}>Skip to the content</a>
    <header class="top"><div>
      <a class="brand" href="#/"><img src="icon.svg" alt="" /><span>Trainings</span></a>
      <nav aria-label="Sections">${sections.map(([path, name]) => html`<a href="#/${path}"
        aria-current=${section === path || (section === 'compare' && path === 'trainings') ? 'page' : undefined}>${name}</a>`)}</nav>
      <span class="line-state ${isLost ? 'lost' : ''}" role="status">${isLost ? 'Not connected' : 'Live'}</span>
      <button type="button" class="plain" onClick=${flipTheme} aria-label="Change to the ${theme === 'dark' ? 'light' : 'dark'} theme">
        ${theme === 'dark' ? '☀' : '☾'}</button>
      <button type="button" class="plain" onClick=${() => setHelping(true)} aria-label="Show the keys">?</button>
    </div></header>
    <main tabindex="-1">
      ${found ? html`<${found.View} key=${address.path} id=${found.match[1] && decodeURIComponent(found.match[1])} query=${address.query} theme=${theme} />`
        : html`<div class="card"><div class="empty"><h1>There is no page here</h1><p><a href="#/">Go to Now</a></p></div></div>`}
    </main>
    ${isHelping && html`<${Help} close=${() => setHelping(false)} />`}`;
}

render(html`<${App} />`, document.getElementById('app'));
