/** Command lines of the suite's programs: `--name value`, nothing else. */
import { stop } from '../site.mjs';

/** The values by name; a wrong word ends the program as argparse would. */
export function optionsOf(argv, script, { needed, optional = [] }) {
  const complain = (text) => stop(`usage: ${script} [-h] ...\n${script}: error: ${text}`, 2);
  const options = {};
  for (let at = 0; at < argv.length; at += 2) {
    const name = argv[at].replace(/^--/, '');
    if (![...needed, ...optional].includes(name)) complain(`unrecognized arguments: ${argv[at]}`);
    if (argv[at + 1] === undefined) complain(`argument --${name}: expected one argument`);
    options[name] = argv[at + 1];
  }
  const missing = needed.filter((name) => !(name in options)).map((name) => `--${name}`);
  if (missing.length > 0) complain(`the following arguments are required: ${missing.join(', ')}`);
  return options;
}
