/** `desgw doctor`: what is missing for a run. Only looks. */
import type { Command, CommandCall } from '../../core/index.ts';
import { doctorChecks } from '../doctor/checks.ts';
import { doctorExit, doctorTable, examine, type Finding } from '../doctor/doctor.ts';
import { doctorFacts } from '../doctor/facts.ts';
import type { Site } from '../site/site.ts';

/** Seconds for each check; all run at once. */
const LIMIT = 20;

/** Exit status 1 when something is bad. */
export function doctor(site: Site): Command {
  return {
    doc: 'what is missing for a run: credentials, programs, directories, season tables, space',
    options: { '--json': 'print data instead of text' },
    run: async (call) => {
      const findings =
        notSetUp(site, call) ??
        (await examine(doctorChecks(doctorFacts(site, call)), call.tools, LIMIT));
      call.print(
        call.option('--json') === true ? JSON.stringify(findings) : doctorTable(findings).trimEnd(),
      );
      return doctorExit(findings);
    },
  };
}

/** A site that desgw makes itself has nothing to be examined before it is made. */
function notSetUp(site: Site, call: Pick<CommandCall, 'record'>): readonly Finding[] | undefined {
  const missing = site.setup
    .map(({ name }) => name)
    .filter((name) => call.record(name)?.state !== 'made');
  if (missing.length === 0) return undefined;
  return missing.map((name) => ({
    name,
    state: 'warn',
    what: 'not made yet; every build makes it first, so nothing is missing',
    remedy: `desgw build ${name}; then desgw doctor looks at it`,
  }));
}
