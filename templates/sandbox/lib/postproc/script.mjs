/** The text of run_postproc.py. What it does is in this directory; bin/python runs it. */

/** The script as it stands, or with the mend of step 7 that lets SKIPTO 6 and 7 work. */
export function scriptText(fixed) {
  const load = `mastertable = np.load(os.path.join(outdir, 'mastertableinfo.npy'))${fixed ? '.item()' : ''}`;
  return `# Stand-in for run_postproc.py. bin/python runs lib/postproc/main.mjs in its place, which looks
# into this file for one thing: whether the saved table is unpacked when it is loaded again.
${load}
`;
}

/** Whether a script text has the mend. */
export const isFixed = (text) => text.includes('.item()');
