/** Reads a .dag file in the dialect of jobsub_lite: blocks, job lines, who waits for whom. */
import { attributesOf, parseOptions, UsageError } from './options.mjs';

/** A DAG that cannot be submitted: `text` for standard error, and the exit status. */
export class DagError extends Error {
  constructor(text, exit) {
    super(text);
    this.exit = exit;
  }
}

/**
 * The nodes of a DAG in file order: name (stage_1...), how many processes, memory in MB, script, arguments, own
 * ClassAd attributes, and the names of the nodes that must succeed first.
 * @param warn is called with each line for standard error
 */
export function readDag(text, file, env, warn) {
  const nodes = [];
  const blocks = [];
  let waitFor = [];
  text.split('\n').forEach((raw, index) => {
    const number = index + 1;
    const line = expand(raw.trim(), env);
    const block = blocks.at(-1);
    if (line.includes('<parallel>')) {
      if (block?.kind === 'parallel') {
        throw new DagError(
          `Error: ValueError: <parallel> inside <parallel> at file ${file} line ${number}`,
          1,
        );
      }
      blocks.push({ kind: 'parallel', before: waitFor, ends: [] });
    } else if (line.includes('<serial>')) {
      blocks.push({ kind: 'serial', outer: block, before: waitFor });
    } else if (line.includes('</parallel>')) {
      waitFor = blocks.pop()?.ends ?? waitFor;
    } else if (line.includes('</serial>')) {
      const { outer, before } = blocks.pop() ?? {};
      if (outer !== undefined) {
        outer.ends.push(...waitFor);
        waitFor = before;
      }
    } else if (line.includes('jobsub')) {
      if (block === undefined)
        warn(`Syntax Error: job outside of a block at file ${file} line ${number}`);
      const node = readJob(line, file, number, warn);
      nodes.push({ ...node, name: `stage_${nodes.length + 1}`, parents: waitFor });
      const name = nodes.at(-1).name;
      if (block?.kind === 'parallel') block.ends.push(name);
      else waitFor = [name];
    } else if (line !== '' && !/^(#|prescript |postscript )/.test(line)) {
      warn(`Syntax Error: file ${file} ignoring <${line}> at line ${number}`);
    }
  });
  return nodes;
}

function readJob(line, file, number, warn) {
  // No shell here: tokens are split at blanks, then lose one layer of quotes and backslashes.
  const tokens = line
    .split(/\s+/)
    .slice(1)
    .map((token) => token.replace(/'/g, '').replace(/\\(.)/g, '$1'));
  try {
    const { options, rest } = parseOptions(tokens);
    if (!rest[0]?.startsWith('file://')) throw new UsageError('executable must start with file://');
    if (options.has('--need-storage-modify')) {
      warn(`Warning at file ${file} line ${number}`);
      warn('flag --need-storage-modify ignored in DAG');
    }
    return {
      count: Number(options.get('-N')?.at(-1) ?? 1),
      memory: megabytes(options.get('--memory')?.at(-1)),
      script: rest[0].slice('file://'.length),
      args: rest.slice(1),
      attributes: attributesOf(options.get('--lines') ?? []),
    };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const quoted = tokens.map((token) => `'${token}'`).join(', ');
    throw new DagError(
      `${usage('jobsub_submit')}\njobsub_submit: error: ${error.message}\nSyntax Error at file ${file} line ${number}\nparsing: [${quoted}]`,
      2,
    );
  }
}

/** An amount of memory such as `6000MB` in megabytes; jobsub's own default where there is none. */
function megabytes(text = '2000MB') {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)/i.exec(text) ?? [];
  return Number(number) * ({ K: 1 / 1024, G: 1024, T: 1024 * 1024 }[unit?.toUpperCase()] ?? 1);
}

/** The head of argparse's usage message. */
export function usage(program) {
  return `usage: ${program} [-h] [-G GROUP] [--role ROLE] [--verbose VERBOSE] [--debug] [--version] ...`;
}

function expand(line, env) {
  return line.replace(/\$(\w+|\{\w+\})/g, (whole, name) => env[name.replace(/[{}]/g, '')] ?? whole);
}

/** The value after a one-letter flag in a script's arguments, such as `-E`. */
export function flag(args, name) {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}
