/**
 * The follow-up of one gravitational-wave event: which exposures, at which site, with which settings.
 * `desgw build` brings all of it up to date.
 */
import { defineBuild } from 'desgw';
import {
  completeFollowUp,
  fermilab,
  followUp,
  followUpCommands,
  followUpParams,
} from 'desgw/targets';

const site = fermilab({
  gwWorkflow: 'GW_WORKFLOW',
  postProcessing: 'POST_PROCESSING',
  // Folder shared by all who claim seasons.
  registry: 'REGISTRY',
  // The account that runs the pipeline; another than desgw uses DAGMaker_proxyuser.sh.
  user: 'ACCOUNT',
});

// A file with one exposure number on a line, a list of numbers, or nightOf({ propid, nites }):
// the exposures of a night as they appear.
const exposures = 'exposures.txt';

export default defineBuild({
  goal: 'postproc',
  adapters: site.adapters,

  // Everything that `desgw build --set KEY=VALUE` can change; `desgw params` lists it. To fix a
  // value for this event, write it here: { ...followUpParams(site), TWINDOW: 20 }.
  params: followUpParams(site),
  // Settings that desgw does not know go into dagmaker.rc as they are, with --allow-unknown.
  openParams: true,
  complete: completeFollowUp,
  // desgw ccds, jobs, cancel, rescue, doctor and more: `desgw commands` lists them.
  commands: followUpCommands(site),

  rules: (params) => [
    // season -> dagmaker.rc -> DAGMaker for every exposure -> grid -> CCD and forcefile reports
    //        -> exposure.list -> postproc_SEASON.ini -> post processing
    ...followUp(site, exposures, params),
  ],
});
