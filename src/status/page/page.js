const REFRESH_MS = 2000;

const filter = document.querySelector('#filter');
const live = document.querySelector('#live');
const state = document.querySelector('#state');
let shown;

/** One cell: lines of text, each a string or [text, class]. Texts come from a CO and are never markup. */
function cell(...lines) {
  const td = document.createElement('td');
  for (const line of lines) {
    const [text, name] = Array.isArray(line) ? line : [line];
    const p = document.createElement('p');
    p.textContent = text;
    if (name) p.className = name;
    td.append(p);
  }
  return td;
}

function fill(id, rows, total, empty) {
  const wanted = filter.value.trim().toLowerCase();
  const trs = rows.map((cells) => {
    const tr = document.createElement('tr');
    tr.append(...cells);
    return tr;
  });
  const fitting = trs.filter((tr) => tr.textContent.toLowerCase().includes(wanted));
  const body = document.querySelector(`#${id} tbody`);
  if (fitting.length === 0) {
    const tr = document.createElement('tr');
    const td = cell([wanted === '' ? empty : 'Nothing contains that.', 'none']);
    td.colSpan = document.querySelectorAll(`#${id} th`).length;
    tr.append(td);
    fitting.push(tr);
  }
  body.replaceChildren(...fitting);
  document.querySelector(`#${id}-count`).textContent =
    total > rows.length ? `${rows.length} of ${total}` : String(total);
}

/** A number of bytes as people say it, exact when it is a round one. */
function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let unit = 0;
  let number = Number(bytes);
  for (; number >= 1024 && unit < units.length - 1; unit += 1) number /= 1024;
  return `${Number.isInteger(number) ? number : number.toFixed(1)} ${units[unit]}`;
}

const mount = ({ node, path, capability, mounted, readonly }) => [
  [`${path} on ${node}`, 'path'],
  [
    `${capability}${readonly ? ', read-only' : ''}${mounted ? '' : ', not mounted'}`,
    mounted ? '' : 'wrong',
  ],
];

function show() {
  if (shown === undefined) return;
  const { driver, ready, reason, volumes, volumeCount, running, refused, faults } = shown;
  document.querySelector('#driver').textContent = `${driver.version}, ${driver.name}`;
  state.dataset.ready = String(ready);
  state.textContent = ready
    ? `Ready: ${driver.nodes.join(', ') || 'no node'}`
    : `Not ready: ${reason}`;
  fill(
    'volumes',
    volumes.map((volume) => [
      cell(
        volume.inline ? '(inline)' : volume.name || '(gone)',
        [volume.id, 'path'],
        ...(volume.abnormal ? [[`abnormal: ${volume.abnormal}`, 'wrong']] : []),
      ),
      cell(size(volume.capacity)),
      cell(...volume.capabilities),
      cell(...volume.attachments.map((each) => `${each.node}, ${each.capability}`)),
      cell(...volume.stagings.flatMap(mount)),
      cell(...volume.publications.flatMap(mount)),
    ]),
    volumeCount,
    'There are no volumes.',
  );
  fill(
    'running',
    running.map((call) => [
      cell(`${(call.ms / 1000).toFixed(1)} s`),
      cell(call.rpc),
      cell(call.node),
      cell(...call.about.map((text) => [text, 'path'])),
    ]),
    running.length,
    'No call is under way.',
  );
  fill(
    'refused',
    refused.map((call) => [
      cell(call.begun.replace('T', ' ').replace('Z', '')),
      cell(call.rpc),
      cell(call.node),
      cell(...call.about.map((text) => [text, 'path'])),
      cell(call.code),
      cell(call.message),
    ]),
    refused.length,
    'No call was refused.',
  );
  fill(
    'faults',
    faults.map((rule) => [
      cell(rule.id),
      cell(String(rule.fired)),
      cell(String(rule.matched)),
      cell([JSON.stringify(rule.rule), 'path']),
    ]),
    faults.length,
    'There are no fault rules.',
  );
}

async function refresh() {
  try {
    const response = await fetch('status.json');
    if (!response.ok) throw new Error(`the driver answers ${response.status}`);
    shown = await response.json();
    show();
  } catch (error) {
    state.dataset.ready = 'false';
    state.textContent = `Not reached: ${error.message}`;
  }
}

filter.addEventListener('input', show);
document.querySelector('#controls').addEventListener('submit', (event) => event.preventDefault());
live.addEventListener('change', () => live.checked && refresh());
setInterval(() => live.checked && !document.hidden && refresh(), REFRESH_MS);
await refresh();
