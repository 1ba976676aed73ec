/**
 * The follow-up of one gravitational-wave event: which exposures, at which site, with which settings.
 * `desgw build` brings all of it up to date.
 */
import { defineBuild } from 'desgw';
import {
  completeFollowUp,
  followUp,
  followUpCommands,
  followUpParams,
  sandbox,
  sandboxExposures,
} from 'desgw/targets';

// A small simulated site under sandbox/, made on first use. For the real one:
//
//   import { fermilab } from 'desgw/targets';
//   const site = fermilab({
//     gwWorkflow: '/data/des91.b/data/me/gw_workflow',
//     postProcessing: '/data/des91.b/data/me/Post-Processing',
//     registry: '/data/des91.b/data/desgw/seasons',
//   });
const site = sandbox();

// Exposure numbers, or a file with one on a line such as 'exposures.txt'.
const exposures = sandboxExposures();

export default defineBuild({
  goal: 'postproc',
  adapters: site.adapters,

  // Everything that `desgw build --set KEY=VALUE` can change; `desgw params` lists it. To fix a
  // value for this event, write it here: { ...followUpParams(site), TWINDOW: 20 }.
  params: followUpParams(site),
  // Settings that desgw does not know go into dagmaker.rc as they are, with --allow-unknown.
  openParams: true,
  complete: completeFollowUp,
  // desgw ccds, jobs, cancel, rescue, doctor
  commands: followUpCommands(site),

  rules: (params) => [
    // season -> dagmaker.rc -> DAGMaker for every exposure -> grid -> CCD and forcefile reports
    //        -> exposure.list -> postproc_SEASON.ini -> post processing
    ...followUp(site, exposures, params),

    // A target of your own, anywhere in the graph:
    //
    //   target('summary', {
    //     deps: ['exposure.list'],
    //     outputs: ['summary.txt'],
    //     recipe: [exec(['wc', '-l', 'image_proc_outputs/output.txt'], { stdout: 'summary.txt' })],
    //   }),
  ],
});
