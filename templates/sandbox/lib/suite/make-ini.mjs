/** Stand-in for make_postproc_ini.py. Its outdir is no real place: --outputdir must be given. */
import { recordCall } from '../calls.mjs';
import { put } from '../files.mjs';
import { optionsOf } from './options.mjs';

const SECTIONS = {
  plots: { mlscore_cut: '0.7' },
  masterlist: {
    blacklist: 'blacklist.txt',
    filename_1: 'MasterExposureList_prelim.fits',
    filename_2: 'MasterExposureList.fits',
  },
  checkoutputs: {
    logfile: 'checkoutputs.log',
    ccdfile: 'checkoutputs.csv',
    goodfile: 'goodchecked.list',
    steplist: 'steplist.txt',
  },
  GWFORCE: { numepochs_min: '0', ncore: '8', writeDB: 'True' },
  HOSTMATCH: { version: 'v1.0.1' },
  truthtable: { filename: 'fakes_truth.tab', plusname: 'truthplus.tab' },
  GWmakeDataFiles: { format: 'snana', numepochs_min: '0', '2nite_trigger': 'null' },
  'GWmakeDataFiles-real': {
    outFile_stdout: 'makeDataFiles_real.stdout',
    outDir_data: 'LightCurvesReal',
    combined_fits: 'datafiles_combined.fits',
  },
  'GWmakeDataFiles-fake': {
    outFile_stdout: 'makeDataFiles_fake.stdout',
    outDir_data: 'LightCurvesFake',
    version: 'KBOMAG20ALLSKY',
  },
};

export function run(argv) {
  const needed = ['season', 'recycler_mjd', 'propid', 'exp_list', 'bands'];
  const options = optionsOf(argv, 'make_postproc_ini.py', { needed });
  recordCall('make_postproc_ini.py', options.season);
  const general = {
    season: options.season,
    propid: options.propid,
    triggermjd: options.recycler_mjd,
    ups: 'False',
    env_setup_file: './diffimg_setup.sh',
    rootdir: '/pnfs/des/persistent/gw',
    outdir: '/fake/outdir',
    indir: './',
    db: 'destest',
    schema: 'marcelle',
    exposures_listfile: options.exp_list,
    bands: options.bands,
    GoodSNIDs: '""',
  };
  const text = Object.entries({ general, ...SECTIONS }).map(([name, values]) => {
    const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}\n`);
    return `[${name}]\n${lines.join('')}`;
  });
  put(`postproc_${options.season}.ini`, text.join('\n'));
}
