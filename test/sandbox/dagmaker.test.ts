import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tail } from './site.ts';

const SUBMIT =
  'jobsub_submit_dag -G des --role=desgw --need-storage-modify /des/persistent/gw/exp --need-storage-modify /des/persistent/gw/forcephoto file://desgw_pipeline_668439.dag';
const SEARCH_CCDS = Array.from({ length: 62 }, (_, i) => i + 1).filter(
  (n) => ![2, 31, 61].includes(n),
);

let site: Sandbox;
beforeAll(() => {
  site = makeSandbox();
  site.run(['./getExposureInfo.sh']);
});
afterAll(() => site.remove());

const dag = (exposure: string): string[] =>
  site.read(`gw_workflow/desgw_pipeline_${exposure}.dag`).split('\n').slice(0, -1);
const list1 = (exposure: string): string =>
  `${site.read(`gw_workflow/mytemp_${exposure}/KH_diff.list1`).trim().replace(/ +/g, ' ')}\n`;

/** Runs DAGMaker with another dagmaker.rc: the usual one and these lines. */
function withLines(exposure: string, lines: string, script = './DAGMaker.sh') {
  const file = site.path('gw_workflow/dagmaker.rc');
  const before = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, `${before}${lines}\n`);
  try {
    return site.run([script, exposure]);
  } finally {
    fs.writeFileSync(file, before);
  }
}

describe('a run that succeeds', () => {
  test('prints the submit command last and leaves the DAG and everything around it', () => {
    const run = site.run(['./DAGMaker.sh', '668439']);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out.split('\n').slice(0, 7)).toEqual([
      'All the exposures are:',
      '668439',
      'Now, sorted, they are:',
      '668439',
      'EXPNUM = 668439',
      'Reading params from config file: ./dagmaker.rc',
      '',
    ]);
    expect(run.out).toContain(
      'SEASON = 2206 => DIFFIMG proc. version is dp2206\nRNUM = 4 , PNUM = 7  => SE proc. version is r4p7\n',
    );
    expect(tail(run.out, 2)).toEqual(['To submit this DAG do', SUBMIT]);
    expect(site.read('gw_workflow/mytemp_668439/DAGMaker.DONE')).toBe(`${SUBMIT}\n`);
    expect(site.names('gw_workflow').filter((name) => name.startsWith('syspfiles_'))).toEqual([]);
  });

  test('makes a DAG of a dummy, one template, 59 CCDs and RUNMON in their blocks', () => {
    const lines = dag('668439');
    const block = (line: string): string =>
      line.startsWith('<') ? line : (/file:\/\/(\w+\.sh)/.exec(line)?.[1] ?? line);
    expect(lines.map(block)).toEqual([
      '<parallel>',
      'dummyjob.sh',
      'SEdiff.sh',
      '</parallel>',
      '<parallel>',
      ...SEARCH_CCDS.map(() => 'SEdiff.sh'),
      '</parallel>',
      '<serial>',
      'RUNMON.sh',
      '</serial>',
    ]);
    expect(
      lines
        .slice(5, 64)
        .map((line) =>
          Number(/ -c (\d+) -S dp2206 -T SNSTAR_668439_\1_r4p7\.LIST /.exec(line)?.[1]),
        ),
    ).toEqual(SEARCH_CCDS);
    expect(lines[2]).toContain("--lines='+FERMIHTC_AutoRelease=True'");
    expect(lines[2]).toContain('-N 60 ');
    expect(lines[2]).toContain(
      'file://SEdiff.sh -r 4 -p 7 -E 311526 -v gw8 -b i -n 20140517  -d persistent -m gw -c 0 -t -C -t -S dp2206',
    );
  });

  test('makes the directories of all search CCDs on pnfs and copies the inputs', () => {
    const dp = 'pnfs/des/persistent/gw/exp/20170817/668439/dp2206';
    const two = (ccd: number): string => `i_${String(ccd).padStart(2, '0')}`;
    expect(site.names(dp).filter((name) => name.startsWith('i_'))).toEqual(SEARCH_CCDS.map(two));
    expect(site.names(dp, 'i_07')).toEqual(['ingest', 'stamps_20170817_WS1979-236_i_07']);
    expect(site.names(dp, 'input_files')).toEqual([
      'SN_cuts.filterObj',
      'copy_pairs_for_668439.sh',
    ]);
    expect(site.names('pnfs/des/persistent/gw/forcephoto/images/dp2206')).toEqual(['20170817']);
    expect(site.read('pnfs/des/persistent/gw/exp/20170817/668439/WS_diff.list')).toBe(
      site.read('gw_workflow/mytemp_668439/KH_diff.list1'),
    );
  });

  test('deletes mytemp of an earlier run and keeps what the grid has left', () => {
    const fail = site.path(
      'pnfs/des/persistent/gw/exp/20170817/668439/dp2206/i_07/RUN02_expose_makeStarCat.FAIL',
    );
    fs.writeFileSync(fail, 'old\n');
    fs.writeFileSync(site.path('gw_workflow/mytemp_668439/mine'), '');
    const run = site.run(['./DAGMaker.sh', '668439']);
    expect(run.out).toContain(
      'RM_MYTEMP flag was set, so we are deleting the pre-existing mytemp_668439 dir',
    );
    expect(site.exists('gw_workflow/mytemp_668439/mine')).toBe(false);
    expect(fs.readFileSync(fail, 'utf8')).toBe('old\n');
  });
});

describe('templates', () => {
  test('are images of the band, near, old enough, good enough and not blacklisted', () => {
    const run = site.run(['./DAGMaker.sh', '668438']);
    expect(list1('668438')).toBe('6 z 668438 528332 428812 311527 277403 191877\n');
    expect(run.out).toContain(
      'Exposure 298871 has a t_eff of 0.22, below the cut value of .3. We will not use this image.',
    );
    expect(run.out).toContain('SE proc. already complete for exposure 528332');
  });

  test.each([
    ['TWINDOW=1300', '2 i 668439 189213\n'],
    [
      'TWINDOW_DISTINCT=1 TWINDOW_BEFORE=1000 TWINDOW_AFTER=10',
      '4 i 668439 311526 277402 189213\n',
    ],
    ['MIN_NITE=20150101', '3 i 668439 528331 405118\n'],
    ['MAX_NITE=20140101', '2 i 668439 189213\n'],
    ['TEFF_CUT_i=.7', '4 i 668439 528331 277402 189213\n'],
    ['SKIP_INCOMPLETE_SE=true', '5 i 668439 528331 405118 277402 189213\n'],
  ])('follow the configuration: %s', (lines, expected) => {
    expect(withLines('668439', lines).code).toBe(0);
    expect(list1('668439')).toBe(expected);
  });
});

describe('trouble', () => {
  test.each([
    ['no argument', [], 1, 'Error, an exposure number must be supplied'],
    ['a word', ['abc'], 1, 'Error, exposure number must be a number; you entered abc.'],
  ])('%s ends with status 1 and leaves nothing', (_, args, code, last) => {
    const before = site.names('gw_workflow');
    const run = site.run(['./DAGMaker.sh', ...args]);
    expect([run.code, ...tail(run.out, 1)]).toEqual([code, last]);
    expect(site.names('gw_workflow')).toEqual(before);
  });

  test('a missing credential file ends with status 2 and leaves the old DAG', () => {
    const before = site.names('gw_workflow');
    fs.mkdirSync(site.path('elsewhere'));
    fs.writeFileSync(site.path('elsewhere/.pgpass'), '');
    const run = site.run(['./DAGMaker.sh', '668439'], { env: { HOME: site.path('elsewhere') } });
    expect([run.code, ...tail(run.out, 1)]).toEqual([
      2,
      `Error: ${site.path('elsewhere/.desservices.ini')} not found.`,
    ]);
    expect(site.names('gw_workflow')).toEqual(before);
  });

  test('an exposure that is not in the list ends with status 1 and leaves its old DAG', () => {
    fs.writeFileSync(site.path('gw_workflow/desgw_pipeline_999999.dag'), 'old\n');
    const run = site.run(['./DAGMaker.sh', '999999']);
    expect([run.code, ...tail(run.out, 1)]).toEqual([
      1,
      'Error with setting band. Check exposures.list to see if there is a problem with this exposure. Exiting...',
    ]);
    expect(dag('999999')).toEqual(['old']);
    expect(site.names('gw_workflow').filter((name) => name.startsWith('syspfiles_'))).toHaveLength(
      1,
    );
  });

  test('a failing copy of the raw image ends with status 2, two lines into the DAG', () => {
    const run = site.run(['./DAGMaker.sh', '668441'], { dials: { dagmaker: { cpFailed: true } } });
    expect([run.code, ...tail(run.out, 1)]).toEqual([2, 'cp failed!']);
    expect(dag('668441')).toHaveLength(2);
    expect(site.read('gw_workflow/search_668441.dag')).toBe('<parallel>\n');
    expect(site.exists('gw_workflow/mytemp_668441/KH_diff.list1')).toBe(true);
    expect(site.exists('gw_workflow/mytemp_668441/DAGMaker.DONE')).toBe(false);
  });

  test('no templates: status 0, the message third from the end, no RUNMON block', () => {
    const run = site.run(['./DAGMaker.sh', '668442'], {
      dials: { dagmaker: { noTemplates: true } },
    });
    expect(run.code).toBe(0);
    expect(run.out).toContain(
      'There appear to be no templates for this exposure 668442. Diffimg will fail.',
    );
    expect(tail(run.out, 3).slice(0, 2)).toEqual([
      'NO TEMPLATE IMAGES, DIFFIMG WILL FAIL',
      'To submit this DAG do',
    ]);
    expect([list1('668442'), dag('668442').length]).toEqual(['1 z 668442\n', 64]);
  });

  test('a search image in the blacklist: status 0, no search jobs, output without a night', () => {
    const blacklist = site.path('gw_workflow/SE_blacklist.txt');
    const before = fs.readFileSync(blacklist, 'utf8');
    fs.writeFileSync(blacklist, `${before}668443\n`);
    const run = site.run(['./DAGMaker.sh', '668443']);
    fs.writeFileSync(blacklist, before);
    expect(run.code).toBe(0);
    expect(run.out).toContain('668443 is in SE_blacklist.txt. Skipping.');
    expect(
      dag('668443').filter((line) => line.includes('-E 668443 ') && line.includes('SEdiff')),
    ).toEqual([]);
    expect(site.names('pnfs/des/persistent/gw/exp/668443')).toEqual(['WS_diff.list', 'dp2206']);
  });

  test('a band list without the search image: status 0, a DAG of the dummy alone, no lists', () => {
    const list = site.path('gw_workflow/exposures_z.list');
    const before = fs.readFileSync(list, 'utf8');
    fs.writeFileSync(
      list,
      before
        .split('\n')
        .filter((line) => !line.includes('668444'))
        .join('\n'),
    );
    const run = site.run(['./DAGMaker.sh', '668444']);
    fs.writeFileSync(list, before);
    expect([run.code, dag('668444').filter((line) => line.includes('SEdiff'))]).toEqual([0, []]);
    expect(dag('668444')).toHaveLength(5);
    expect(run.out).toMatch(/^NOVERLAPS $/m);
    expect(run.out).not.toContain('NO TEMPLATE IMAGES');
    expect(site.exists('gw_workflow/mytemp_668444/KH_diff.list1')).toBe(false);
    expect(site.exists('gw_workflow/mytemp_668444/DAGMaker.DONE')).toBe(true);
  });

  test('a raw image that is nowhere: status 0 and its jobs are written all the same', () => {
    const run = site.run(['./DAGMaker.sh', '668445'], {
      dials: { exposures: { 668445: { dagmaker: { rawMissing: true } } } },
    });
    expect([run.code, dag('668445').length]).toEqual([0, 68]);
    expect(run.out).toContain('wget failed! Will try to get image 668445 20170817 from NOAO.');
  });

  test.each([
    ['inputFiles', 'Error copying data dir!!!!'],
    ['inputs', 'Error copying input files to dCache!!!!'],
  ])('inputs that cannot be copied (%s): status 0 and DAGMaker.DONE', (copyError, message) => {
    const run = site.run(['./DAGMaker.sh', '668446'], { dials: { dagmaker: { copyError } } });
    expect(run.code).toBe(0);
    expect(run.out).toContain(message);
    expect(site.exists('gw_workflow/mytemp_668446/DAGMaker.DONE')).toBe(true);
  });

  test('a header that cannot be copied back ends with status 1', () => {
    const run = site.run(['./DAGMaker.sh', '668447'], {
      dials: { dagmaker: { headerFails: true } },
    });
    expect(run.code).toBe(0);
    const file = site.path('gw_workflow/dagmaker.rc');
    const before = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, `${before}DO_HEADER_CHECK=1\n`);
    const checked = site.run(['./DAGMaker.sh', '668447'], {
      dials: { dagmaker: { headerFails: true } },
    });
    fs.writeFileSync(file, before);
    expect([checked.code, ...tail(checked.out, 1)]).toEqual([
      1,
      'Error copying edited file DECam_00668447.fits.fz back to dCache!',
    ]);
  });

  test('killed half-way it leaves no DAGMaker.DONE; the second call goes through', () => {
    const dials = { dagmaker: { dieAt: [null, null, 'dag'] } };
    const first = site.run(['./DAGMaker.sh', '668447'], { dials });
    expect([first.code, site.exists('gw_workflow/mytemp_668447/DAGMaker.DONE')]).toEqual([
      null,
      false,
    ]);
    expect(site.run(['./DAGMaker.sh', '668447'], { dials }).code).toBe(0);
  });
});

describe('dagmaker.rc', () => {
  test('is run by bash: an exit in it ends DAGMaker', () => {
    expect(withLines('668439', 'echo from the file; exit 7')).toMatchObject({ code: 7 });
  });

  test('leaves a variable at its default when a value with blanks is not quoted', () => {
    const run = withLines('668439', 'WRITEDB=on nosuchcommand');
    expect(run.code).toBe(0);
    expect(run.err).toContain('nosuchcommand: command not found');
  });

  test('with several exposures only a list in rising order gives search jobs', () => {
    expect(site.run(['./DAGMaker.sh', '668439', '668440']).code).toBe(0);
    expect(
      dag('668439').filter((line) => line.includes('-E 668439 ') && line.includes(' -T SNSTAR')),
    ).toHaveLength(59);
    expect(site.run(['./DAGMaker.sh', '668440', '668439']).code).toBe(0);
    expect(
      dag('668440')
        .filter((line) => line.includes('SEdiff'))
        .map((line) => /-E (\d+)/.exec(line)?.[1]),
    ).toEqual(['0']);
  });

  test('DAGMaker_proxyuser.sh names the container and the resources its own way', () => {
    const run = site.run(['./DAGMaker_proxyuser.sh', '668448']);
    expect(tail(run.out, 1)).toEqual([
      'jobsub_submit_dag -G des --role=DESGW file://desgw_pipeline_668448.dag',
    ]);
    expect(run.out).toContain('RESOURCES = DEDICATED,OPPORTUNISTIC,OFFSITE\n');
    expect(dag('668448')[10]).toContain(
      '--resource-provides=usage_model=DEDICATED,OPPORTUNISTIC,OFFSITE',
    );
    expect(dag('668448')[10]).not.toContain('--singularity-image');
  });
});
