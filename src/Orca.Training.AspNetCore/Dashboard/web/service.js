// The service's calls, one function each. Views call these and never an address.
import { get, part, post, put, remove } from './api.js';

export const open = ['Queued', 'Launching', 'Running'];
export const ended = ['Succeeded', 'Failed', 'Cancelled'];

export const listTrainings = (query, signal) => get('trainings', query, signal);
export const getTraining = (id, signal) => get(`trainings/${id}`, {}, signal);
export const explain = (id, signal) => get(`trainings/${id}/explain`, {}, signal);
export const submit = request => post('trainings', request);
export const cancel = id => post(`trainings/${id}/cancel`);
export const hold = id => post(`trainings/${id}/hold`);
export const release = id => post(`trainings/${id}/release`);
export const rerun = id => post(`trainings/${id}/rerun`);

export const getRun = (id, signal) => get(`runs/${id}`, {}, signal);
export const listRuns = (query, signal) => get('runs', query, signal);
export const listFiles = (id, signal) => get(`runs/${id}/artifacts`, {}, signal);
export const listMetrics = (id, signal) => get(`runs/${id}/metrics`, {}, signal);
export const readMetric = (id, name, query, signal) => get(`runs/${id}/metrics/${part(name)}`, query, signal);
export const readLog = (id, query, signal) => get(`trainings/${id}/logs`, query, signal);

export const listModels = signal => get('models', {}, signal);
export const listVersions = (name, signal) => get(`models/${part(name)}`, {}, signal);
export const setAlias = (name, alias, version) => put(`models/${part(name)}/aliases/${part(alias)}`, { version });
export const removeAlias = (name, alias) => remove(`models/${part(name)}/aliases/${part(alias)}`);

export const listDatasets = signal => get('datasets', {}, signal);
export const listDatasetVersions = (id, signal) => get(`datasets/${part(id)}`, {}, signal);
export const listAlgorithms = signal => get('algorithms', {}, signal);
export const listPools = signal => get('pools', {}, signal);
