/** Stand-in for condor_status: what the collector says of the schedds. */
import { recordCall } from '../calls.mjs';
import { dialsFor, paced } from '../dials.mjs';
import { hang, pause, stop } from '../site.mjs';
import { allAds } from './ads.mjs';
import { scheddAds } from './schedds.mjs';

/** `condor_status -schedd ... -autoformat ATTRIBUTE...`; other questions are not understood. */
export function status(argv) {
  recordCall('condor_status');
  const dials = dialsFor();
  pause(paced(dials.queue.delay, dials));
  if (dials.queue.collector === 'hang') hang();
  if (dials.queue.collector === 'error')
    stop('Error: communication error\nCEDAR:6001:Failed to connect to <192.0.2.29:9618>', 1);
  const at = argv.indexOf('-autoformat');
  if (!argv.includes('-schedd') || at < 0) stop('condor_status: not in the sandbox', 1);
  const ads = allAds();
  for (const { name, down } of scheddAds()) {
    const total = ads.filter(({ gone, schedd }) => !gone && schedd === name).length;
    const ad = { Name: name, InDownTime: down, TotalJobAds: total, 'InDownTime != true': !down };
    console.log(
      argv
        .slice(at + 1)
        .map((attribute) => String(ad[attribute]))
        .join(' '),
    );
  }
}
