/** The commands of the pipeline beside those that every desgw has. */
import type { Command } from '../../core/index.ts';
import type { Site } from '../site/site.ts';
import { cancel } from './cancel.ts';
import { candidates } from './candidates.ts';
import { ccds } from './ccds.ts';
import { doctor } from './doctor.ts';
import { efficiency } from './efficiency.ts';
import { jobs } from './jobs.ts';
import { quality } from './quality.ts';
import { release } from './release.ts';
import { rescue } from './rescue.ts';
import { stamps } from './stamps.ts';
import { statistics } from './statistics.ts';
import { summary } from './summary.ts';
import { templates } from './templates.ts';
import { triage } from './triage.ts';

/** For `commands` of a rule file. */
export function followUpCommands(site: Site): { readonly [name: string]: Command } {
  return {
    ccds: ccds(site),
    jobs: jobs(site),
    cancel: cancel(site),
    release: release(site),
    rescue: rescue(site),
    triage: triage(site),
    templates: templates(site),
    summary: summary(site),
    statistics: statistics(),
    candidates: candidates(site),
    efficiency: efficiency(),
    quality: quality(),
    stamps: stamps(),
    doctor: doctor(site),
  };
}
