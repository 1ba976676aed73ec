/** What SEdiff.sh and RUNMON.sh leave under pnfs, action by action. */
import fs from 'node:fs';
import { join } from 'node:path';
import { namesIn, put, putNew } from '../files.mjs';
import { placesOf, writeSeCcd, writeSeWhole } from '../pnfs.mjs';
import { TEMPLATE_CCDS, two } from '../sky.mjs';
import { STAMP_KINDS, stampGif } from '../stamp.mjs';
import { tarGz } from '../tar.mjs';
import { flag } from './dag.mjs';

/** Objects that difference imaging finds on every CCD; their stamps are in the stamps tarball. */
export const OBJECTS_PER_CCD = 3;

/** What a job works on, from its arguments: kind is search, template, monitor or other. */
export function workOf(script, args, proc) {
  const exposure = flag(args, '-E');
  if (exposure === undefined) return { kind: 'other' };
  const common = {
    exposure,
    nite: flag(args, '-n'),
    cache: flag(args, '-d'),
    schema: flag(args, '-m'),
  };
  if (script === 'RUNMON.sh') {
    return {
      kind: 'monitor',
      ...common,
      procnum: flag(args, '-p'),
      rp: flag(args, '-r'),
      field: flag(args, '-f'),
    };
  }
  const kind = args.includes('-t') ? 'template' : 'search';
  const ccd = Number(flag(args, '-c') ?? 0);
  return {
    kind,
    ...common,
    procnum: flag(args, '-S'),
    rp: `r${flag(args, '-r')}p${flag(args, '-p')}`,
    band: flag(args, '-b'),
    ccd: ccd === 0 ? TEMPLATE_CCDS[proc] : ccd,
    redo: args.includes('-O'),
  };
}

/** The stamps tarball's object numbers of one CCD. */
export function objectsOf(exposure, ccd) {
  return Array.from({ length: OBJECTS_PER_CCD }, (_, i) => Number(exposure) * 1000 + ccd * 10 + i);
}

/**
 * Performs one action of a CCD; `field` is the field name of the search image, `id` the job id and
 * `node` the worker that ran it.
 */
export function perform(action, work, { field, id, node }) {
  const places = placesOf(work);
  if (action === 'monitor') return monitor(places, work);
  if (action === 'se') return singleEpoch(places, work);
  const { exposure, nite, band, ccd, procnum } = work;
  const chip = `${band}_${two(ccd)}`;
  const dir = join(places.dp, chip);
  const season = procnum.replace(/^dp/, '').padStart(4, '0');
  const stem = `WS${season}_${exposure}_${field}_combined_${chip}+fakeSN_diff_mh`;
  const about = `${exposure} ${nite} ${chip} ${procnum}\n`;
  const [verb, step] = action.split(/:(.*)/s);
  if (verb === 'tar') starCatalogues(places, work);
  switch (verb) {
    case 'tar': {
      const members =
        step === undefined
          ? {
              [`${chip}/RUN28_combined_prepForcePhoto.LOG`]: about,
              [`${chip}/makeCand.out`]: about,
              [`${stem}.fits.fz`]: `PACKED\n${about}fits\n`,
              [`${stem.replace('_diff_mh', '_mh')}.fits.fz`]: `PACKED\n${about}image\n`,
              [`${stem}.psf`]: `${about}psf\n`,
            }
          : {
              [`${chip}/RUN01_expose_prepData.LOG`]: about,
              [`${chip}/${step}.LOG`]: `${about}${id} on ${node}\nFATAL: ${step} gave up\n`,
            };
      return put(
        join(dir, `outputs_${procnum}_${nite}_${exposure}_${chip}.tar.gz`),
        tarGz(members),
      );
    }
    case 'fail':
      return put(join(dir, `${step}.FAIL`), `${step} failed\n${id}  ${node}\n`);
    case 'noOverlaps':
      return put(join(dir, 'NOOVERLAPS.FAIL'), `${id}  ${node}\n`);
    case 'fits':
    case 'psf':
      return put(join(places.force, `${stem}.${verb}`), `${about}${verb}\n`);
    case 'stamps': {
      const name = `stamps_${nite}_${field}_${chip}`;
      return put(join(dir, name, `${name}.tar.gz`), tarGz(stamps(exposure, ccd)));
    }
  }
}

/** Made of the templates' zero points by the first job of a CCD, and taken as they are ever after. */
function starCatalogues({ base }, { exposure, nite, schema, ccd, rp }) {
  const dir = join(base, '..', 'stash', schema, 'CATALOG_FILES', String(nite));
  for (const name of ['SNSTAR', 'SNVETO'])
    putNew(join(dir, `${name}_${exposure}_${two(ccd)}_${rp}.LIST`), `${exposure} ${ccd}\n`);
}

function stamps(exposure, ccd) {
  const members = {};
  for (const object of objectsOf(exposure, ccd)) {
    for (const kind of STAMP_KINDS) {
      members[`${kind}${object}.gif`] = stampGif(kind, object);
      members[`${kind}${object}.fits`] = `${kind} ${object}\n`;
    }
  }
  return members;
}

function singleEpoch(places, work) {
  // With -O whatever is there is made again.
  writeSeCcd(places.exp, work, work.redo ? put : undefined);
  const images = namesIn(places.exp).filter((name) => name.endsWith(`_${work.rp}_immask.fits.fz`));
  if (images.length >= 59) writeSeWhole(places.exp, work);
}

function monitor(places, { exposure }) {
  fs.mkdirSync(places.dp, { recursive: true });
  for (const name of ['RUNEND_monDiffimg.LOG', 'FAKE_OUTLIERS.LOG', 'monDiffimg.stdout']) {
    put(join(places.dp, name), `${exposure}\n`);
  }
}
