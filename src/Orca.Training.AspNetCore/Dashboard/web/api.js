// Calls of the service. The addresses are relative to the page, so that it works below any path.

/** An error of a call: the sentence of the service, and the fields that it names. */
export class CallError extends Error {
  constructor(message, status, fields) {
    super(message);
    this.status = status;
    this.fields = fields ?? {};
  }
}

async function failed(response) {
  const type = response.headers.get('content-type') ?? '';
  if (response.redirected || type.startsWith('text/html')) {
    return new CallError('A sign-in page answered. Reload this page to sign in again.', response.status);
  }
  if (type.includes('json')) {
    const problem = await response.json().catch(() => ({}));
    return new CallError(problem.detail ?? problem.title ?? `The service answered ${response.status}.`, response.status, problem.errors);
  }
  return new CallError(`The service answered ${response.status}.`, response.status);
}

async function call(method, path, { query, body, signal } = {}) {
  const address = new URL(`api/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') address.searchParams.append(name, one);
    }
  }
  const options = { method, signal, headers: { accept: 'application/json' }, credentials: 'same-origin' };
  if (body !== undefined) {
    options.headers['content-type'] = 'application/json';
    options.body = JSON.stringify(body);
  } else if (method === 'POST' || method === 'PUT') {
    options.headers['content-type'] = 'application/json';
  }
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new CallError('The service cannot be reached. The page tries again by itself.', 0);
  }
  if (!response.ok || response.redirected) throw await failed(response);
  return response.status === 204 || response.headers.get('content-length') === '0' ? null : response.json();
}

export const get = (path, query, signal) => call('GET', path, { query, signal });
export const post = (path, body) => call('POST', path, { body });
export const put = (path, body) => call('PUT', path, { body });
export const remove = path => call('DELETE', path);

/** The command that submits a request, for a shell. */
export const submitCommand = (request, indent) => `curl -X POST ${new URL('api/trainings', document.baseURI).href} \\\n  -H 'Content-Type: application/json' \\\n  -d '${
  JSON.stringify(request, null, indent).replaceAll("'", "'\\''")}'`;

/** A part of an address. */
export const part = encodeURIComponent;
