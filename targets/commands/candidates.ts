/** `desgw candidates`: what post processing found, sorted and sifted; or one light curve. */
import { type Command, type CommandCall, table, UserError } from '../../core/index.ts';
import { type LightCurve, plainCurve } from '../candidates/light-curve.ts';
import { type Candidate, readCandidates, sifted, type Wanted } from '../candidates/table.ts';
import { candidatesFile, curvesIn, lightCurveFiles, lightCurvesLook } from '../candidates.ts';
import { iniFile } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { claimedSeason } from './asked.ts';

/** Degrees around a place when no radius is given: an arc minute. */
const RADIUS = 1 / 60;

/** Shows the table as it was built last. Sorts and counts; judges nothing. */
export function candidates(site: Site): Command {
  return {
    doc: 'candidates of post processing, the best score first; with a number, its light curve',
    usage: '[snid]',
    options: {
      '--ml SCORE': 'only those with a score of at least this, 0 to 1',
      '--two-nites': 'only those seen in two nights or more',
      '--near PLACE': 'only those near RA,DEC or RA,DEC,RADIUS, in degrees',
      '--json': 'print data instead of text',
    },
    run: async (call) => {
      const season = claimedSeason(call);
      const [snid] = call.args;
      if (snid !== undefined) return lightCurve(site, call, { season, snid });
      const text = call.readText(candidatesFile(season));
      if (text === undefined) {
        call.print('There is no table of candidates yet: desgw build candidates makes it.');
        return 1;
      }
      const found = sifted(readCandidates(text), wantedBy(call));
      call.print(
        call.option('--json') === true ? JSON.stringify(found) : candidateTable(found).join('\n'),
      );
      return 0;
    },
  };
}

/** @throws UserError for values that could not be meant */
function wantedBy(call: CommandCall): Wanted {
  const score = call.option('--ml');
  const near = call.option('--near');
  if (typeof score === 'string' && !(Number(score) >= 0 && Number(score) <= 1))
    throw new UserError(`'${score}' is not a score`, 'A score lies between 0 and 1, like 0.7.');
  return {
    ...(typeof score === 'string' ? { score: Number(score) } : {}),
    ...(call.option('--two-nites') === true ? { twoNites: true } : {}),
    ...(typeof near === 'string' ? { near: placeFrom(near) } : {}),
  };
}

function placeFrom(text: string): NonNullable<Wanted['near']> {
  const [ra, dec, radius = RADIUS, ...more] = text.split(',').map(Number);
  const valid = ra !== undefined && dec !== undefined && ra >= 0 && ra < 360 && Math.abs(dec) <= 90;
  if (!valid || !(radius > 0) || more.length > 0)
    throw new UserError(
      `'${text}' is not a place on the sky`,
      'Write it in degrees: --near 198.02,-23.3 or, with a radius, --near 198.02,-23.3,0.1.',
    );
  return { ra, dec, radius };
}

const fixed = (value: number | null, digits: number): string =>
  value === null ? '-' : value.toFixed(digits);

function candidateTable(found: readonly Candidate[]): readonly string[] {
  if (found.length === 0) return ['No candidate is like that.'];
  const head = [
    'SNID',
    'RA',
    'DEC',
    'SCORE',
    'GOOD',
    'OBS',
    'NITES',
    'BANDS',
    'MAG',
    'PEAK',
    'HOST Z',
  ];
  const rows = found.map((one) => [
    one.snid,
    fixed(one.ra, 5),
    fixed(one.dec, 5),
    fixed(one.best, 2),
    String(one.good),
    String(one.observations),
    String(one.nites),
    one.bands,
    fixed(one.firstMag, 2),
    fixed(one.peakMag, 2),
    one.redshift === '' ? '-' : one.redshift,
  ]);
  return table([head, ...rows]);
}

async function lightCurve(
  site: Site,
  call: CommandCall,
  { season, snid }: { readonly season: string; readonly snid: string },
): Promise<number> {
  const ini = call.readText(iniFile(season));
  if (ini === undefined) {
    call.print(`There is no ${iniFile(season)} yet, so nothing was post-processed here.`);
    return 1;
  }
  const [seen] = await call.look([lightCurvesLook(ini, site.postProcessing)]);
  if (seen?.kind === 'failed') {
    call.print(`The light curves could not be read: ${seen.why}`);
    return 1;
  }
  const curves = curvesIn(seen);
  const curve = curves.find((one) => one.snid === snid.replace(/^0+(?=\d)/, ''));
  if (curve === undefined) {
    call.print(
      `No candidate ${snid} is among the ${curves.length} light curves of ${lightCurveFiles(ini, site.postProcessing)}.`,
    );
    return 1;
  }
  call.print(
    call.option('--json') === true
      ? JSON.stringify(plainCurve(curve))
      : curveText(curve).join('\n'),
  );
  return 0;
}

function curveText({ snid, ra, dec, host, observations }: LightCurve): readonly string[] {
  const rows = [...observations]
    .sort((a, b) => a.mjd - b.mjd)
    .map((one) => [
      fixed(one.mjd, 3),
      one.band,
      fixed(one.mag ?? null, 2),
      fixed(one.score ?? null, 2),
      one.exposure ?? '-',
      one.ccd ?? '-',
    ]);
  return [
    `candidate ${snid} at ${fixed(ra, 5)} ${fixed(dec, 5)}`,
    ...[...host].map(([name, value]) => `  host ${name.toLowerCase()}: ${value}`),
    '',
    ...table([['MJD', 'BAND', 'MAG', 'SCORE', 'EXPOSURE', 'CCD'], ...rows]),
  ];
}
