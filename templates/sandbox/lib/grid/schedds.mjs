/**
 * The schedds as the collector knows them. One that is stopped has no ad; one in downtime has an ad
 * that says so. jobsub_q and jobsub_submit leave both out without a word, as the true ones do.
 */
import { dialsFor } from '../dials.mjs';
import { SCHEDDS } from './store.mjs';

const named = (dial) => dial.split(',').filter((name) => name !== '');

/** Schedds that have an ad, each with whether it is in downtime. */
export function scheddAds() {
  const { stopped, downtime } = dialsFor().queue;
  return SCHEDDS.filter((name) => !named(stopped).includes(name)).map((name) => ({
    name,
    down: named(downtime).includes(name),
  }));
}

/** Names of the schedds that answer and take jobs. */
export function openSchedds() {
  return scheddAds()
    .filter(({ down }) => !down)
    .map(({ name }) => name);
}
