/** Where things lie: follow-ups of two seasons share nothing where each has its own directory. */
import { expect, test } from 'vitest';
import {
  beginsWith,
  dagFile,
  dagmakerOutFile,
  exposureListFile,
  handedIn,
  iniFile,
  leastOf,
  markerFile,
  rcFile,
  settling,
  workDir,
} from '../../../targets/settings/follow-up.ts';
import { followUpWith } from '../../support/follow-up.ts';

const paths = (season: string, isolate: boolean) => {
  const place = followUpWith({ season, isolate });
  return [
    ...[rcFile(place), workDir(place, '668440'), dagFile(place, '668440')],
    ...[markerFile(place, '668440'), dagmakerOutFile(place, '668440')],
    ...[handedIn(season, 'x.dag'), exposureListFile(season), iniFile(season)],
  ];
};

test('in one directory names are those of the scripts', () => {
  expect(paths('1600', false)).toEqual([
    'sandbox/gw_workflow/dagmaker.rc',
    'sandbox/gw_workflow',
    'sandbox/gw_workflow/desgw_pipeline_668440.dag',
    'sandbox/gw_workflow/desgw_pipeline_668440.dag.submitted',
    'sandbox/gw_workflow/dagmaker_668440.out',
    '.desgw/dags/S1600/x.dag',
    'image_proc_outputs/complete_exposures_S1600.list',
    'postproc_1600.ini',
  ]);
});

test('in directories of their own no file of one season is one of another', () => {
  const other = new Set(paths('1601', true));
  expect(paths('1600', true).filter((path) => other.has(path))).toEqual([]);
});

test('post processing begins with all, with one, or with so many', () => {
  const first = (value: string) => beginsWith(followUpWith({ set: [`startWith=${value}`] }).params);
  expect([first('all'), first('enough'), first('3')]).toEqual(['all', 1, 3]);
  expect(leastOf(followUpWith().params)).toEqual({});
  expect(leastOf(followUpWith({ set: ['startWith=3'] }).params)).toEqual({ least: 3 });
});

test('when grid work is over is said by the run, else by the site; 0 is a value', () => {
  const { site, params } = followUpWith();
  expect(settling(site, params)).toEqual({ settleAfterSeconds: 600, lateSeconds: 1 });
  const set = followUpWith({ set: ['settleAfter=0', 'settleDelay=5'] }).params;
  expect(settling(site, set)).toEqual({ settleAfterSeconds: 0, lateSeconds: 5 });
});
