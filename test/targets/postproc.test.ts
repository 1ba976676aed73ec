import { expect, test } from 'vitest';
import { postproc } from '../../targets/postproc.ts';
import type { FollowUp } from '../../targets/settings/follow-up.ts';
import { sandbox } from '../../targets/site/sandbox.ts';

const followUp = {
  site: sandbox(),
  season: '1601',
  exposures: ['668440', '668445'],
  params: { updateLinks: true },
} as unknown as FollowUp;

/** What step 0 sees in these files. */
function seenIn(files: { readonly [path: string]: string }): unknown {
  const observe = postproc(followUp, new Map(), './outputs')[0]!.observe!;
  const facts = { text: (path: string) => files[path]!, maybeText: (path: string) => files[path] };
  const sighting = observe.judge([], { ...facts, now: 0, unchangedFor: 0 });
  return sighting.state === 'ready' ? sighting.value : sighting;
}

const files = (ccd: string, threshold: number): { readonly [path: string]: string } => ({
  'image_proc_outputs/complete_exposures_S1601.list': '668440\n',
  'image_proc_outputs/ccds_668440.json': JSON.stringify({
    threshold,
    ccds: [{ ccd: 'z_01', nite: '20170817', state: ccd, failures: [] }],
  }),
  'image_proc_outputs/forcefiles_668440.json': JSON.stringify({
    verdict: 'pass-all',
    missing: { fits: [], psf: [] },
    surplus: [],
  }),
});

test('post processing starts anew when a CCD arrives late, and not for another threshold', () => {
  expect(seenIn(files('complete', 50))).toEqual(seenIn(files('complete', 53)));
  expect(seenIn(files('incomplete', 50))).not.toEqual(seenIn(files('complete', 50)));
});
