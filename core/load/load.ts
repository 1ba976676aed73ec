/**
 * Loading of the rule file: found, bundled from TypeScript, imported, checked. The bundle is kept
 * in `.desgw/cache/`, so that the bundler itself is loaded only when a source has changed.
 *
 * A cache belongs to one user; others make one of their own beside it (`cache-UID`). A bundle that
 * somebody else could have written is never loaded, and a rule file only after `desgw trust`.
 *
 * A cached bundle is one file: a first line `// desgw {"inputs": {path: digest}, "uses": [url]}`, the
 * code, and its source map as a last line. (`packages`: files that it imports from packages.) It is valid while every input has the same content. With
 * `uses` it is a script (`as-script.ts`), beside which its compiled code is kept (`rules-KEY.code`), else
 * a module. Both may be deleted at any time.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Build } from '../api/builds.ts';
import { isBuild } from '../api/define.ts';
import { ABSENT, digestOf } from '../api/digest.ts';
import { didYouMean, isSystemError, UserError } from '../api/errors.ts';
import { buildShape } from '../api/shapes.ts';
import type { Digest } from '../api/values.ts';
import { codeFolder, compile, keepAtEnd, loadCompiled } from '../world/compiled.ts';
import { watchLoading } from '../world/loading.ts';
import type { Files } from '../world/world.ts';
import { type Around, asScript } from './as-script.ts';
import {
  explained,
  mentionIn,
  missingExport,
  pointedOut,
  type Sources,
  siteIn,
  sourceUrl,
} from './errors.ts';
import { noRuleFile } from './find.ts';
import { importModule } from './importing.ts';
import { PARTS, SPECIFIERS } from './parts.ts';
import { refuseStrangers } from './trust.ts';
import { unknowableIn } from './unknowable.ts';

/** What loading needs of the world. */
export interface LoadOptions {
  readonly files: Pick<
    Files,
    | 'absolute'
    | 'digest'
    | 'isOwnOrAbsent'
    | 'isPrivate'
    | 'privateDirectory'
    | 'readText'
    | 'realDirectory'
    | 'remove'
    | 'strangerIn'
    | 'write'
  >;
  /** Tells where the user's list of trusted folders is (`trust.ts`), and the cache of compiled code. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** `readonly`: a valid bundle is used, but nothing is written. */
  readonly cache: 'use' | 'readonly';
  /** Version of desgw: bundles of another version are not used. */
  readonly version: string;
  /**
   * URL of the module that stands for a part of desgw (`parts.ts`); `undefined` if there is none.
   * Default: the bundled module beside this one, so that rule file and command share one instance.
   */
  readonly moduleFor?: (specifier: string) => string | undefined;
}

/** A rule file that was loaded, and how to find places in it. */
export interface Loaded {
  readonly build: Build;
  /** Absolute path of the rule file. */
  readonly file: string;
  /** The rule file and what it imports by relative path, absolute. */
  readonly sources: readonly string[];
  /** `desgwfile.ts:12` of the innermost frame of a stack that lies in the sources, else empty. */
  readonly siteOf: (stack: string) => string;
  /** Its code, as bundled. */
  readonly text: string;
  /** Removes the bundle that was kept of it. */
  readonly forget: () => void;
  /** What it may depend on beside the files that it is seen to read; undefined: nothing. */
  readonly unknowable: () => string | undefined;
  /** What a function of the rule file threw, as an error for people: place, source line, message. */
  readonly explain: (error: unknown) => UserError;
}

/**
 * Loads the rule file.
 *
 * @param ruleFile absolute path
 * @throws UserError when it is missing, does not parse, throws, or does not export a build
 */
export async function loadBuild(ruleFile: string, options: LoadOptions): Promise<Loaded> {
  const moduleFor = options.moduleFor ?? neighbour;
  if (options.cache === 'use' && options.moduleFor === undefined) keepOwn();
  const outfile = cachePath(ruleFile, options, moduleFor);
  const refuse = (paths: readonly string[]): void =>
    refuseStrangers(
      paths,
      options.files.realDirectory(dirname(ruleFile)),
      options.files,
      options.env ?? {},
    );
  if (options.files.digest(ruleFile) !== ABSENT) refuse([ruleFile]);
  if (options.moduleFor === undefined) watchLoading((path) => refuse([path]), ownFolder());
  const kept = keptBundle(ruleFile, outfile, options.files);
  if (kept !== undefined) {
    refuse([...kept.sources, ...kept.packages]);
    try {
      return await evaluated(kept, options);
    } catch (error) {
      // The bundle names installed packages by their path; they may have moved since.
      if (!isModuleMissing(error)) throw error;
    }
  }
  const { reached, ...made } = await newBundle(ruleFile, outfile, options, moduleFor);
  refuse([...made.sources, ...reached]);
  try {
    return await evaluated(made, options);
  } catch (error) {
    throw isModuleMissing(error) ? explained(made, error) : error;
  }
}

/** Bundled, this code lies in a folder of it. */
const ownFolder = (): string => dirname(dirname(fileURLToPath(import.meta.url)));

type ModuleFor = NonNullable<LoadOptions['moduleFor']>;

function neighbour(specifier: string): string | undefined {
  const part = Object.hasOwn(PARTS, specifier) ? PARTS[specifier] : undefined;
  // Bundled, this code lies in dist/ beside the modules.
  return part === undefined ? undefined : new URL(`./${part.bundle}.mjs`, import.meta.url).href;
}

/** The module that a rule file imports; desgw's own without the loader of ES modules, which starts slowly. */
async function moduleAt(url: string, { env = {} }: LoadOptions): Promise<object> {
  if (!SPECIFIERS.some((specifier) => neighbour(specifier) === url)) return importModule(url);
  // In `dist/`, each module is a wrapper around the script beside it.
  const path = fileURLToPath(url).replace(/\.mjs$/, '.cjs');
  return url === neighbour('desgw')
    ? createRequire(url)(path)
    : loadCompiled(path, codeFolder(env));
}

/** Compiled code of desgw itself, which the next command need not compile again. */
function keepOwn(): void {
  const names = ['program', 'targets'];
  keepAtEnd(names.map((name) => fileURLToPath(new URL(`./${name}.cjs`, import.meta.url))));
}

function cachePath(ruleFile: string, options: LoadOptions, moduleFor: ModuleFor): string {
  const node = process.versions.node.split('.')[0];
  const key = ['script', ruleFile, options.version, node, ...SPECIFIERS.map(moduleFor)];
  const name = `rules-${digestOf(JSON.stringify(key))}.mjs`;
  const first = options.files.absolute(`.desgw/cache/${name}`);
  const uid = process.getuid?.();
  // The folder of the cache belongs to whoever came first; others have one of their own.
  return uid === undefined || options.files.isOwnOrAbsent(dirname(first))
    ? first
    : options.files.absolute(`.desgw/cache-${uid}/${name}`);
}

const HEADER = '// desgw ';

/** The bundle in the cache, if it was made from what the sources are now. */
function keptBundle(
  ruleFile: string,
  outfile: string,
  files: LoadOptions['files'],
): Sources | undefined {
  // Code that somebody else could have put there is not run.
  const own = files.isPrivate(outfile) && files.isPrivate(dirname(outfile));
  const text = own ? files.readText(outfile) : undefined;
  const { inputs, uses, packages = [] } = (text === undefined ? undefined : headOf(text)) ?? {};
  if (text === undefined || inputs === undefined) return undefined;
  const current = Object.entries(inputs).every(([path, digest]) => files.digest(path) === digest);
  if (!current) return undefined;
  const sources = Object.keys(inputs);
  return { ruleFile, outfile, url: fileUrl(outfile, text), text, uses, sources, packages };
}

interface Head {
  readonly inputs?: { readonly [path: string]: Digest };
  readonly uses?: readonly string[];
  readonly packages?: readonly string[];
}

/** What the first line of a bundle says; `undefined` for one that is not as we write it. */
function headOf(text: string): Head | undefined {
  const end = text.indexOf('\n');
  if (!text.startsWith(HEADER) || end < 0) return undefined;
  try {
    return JSON.parse(text.slice(HEADER.length, end));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function newBundle(
  ruleFile: string,
  outfile: string,
  { files, cache }: LoadOptions,
  moduleFor: ModuleFor,
): Promise<Sources & { readonly reached: readonly string[] }> {
  if (files.digest(ruleFile) === ABSENT) throw noRuleFile(`${ruleFile} does not exist`);
  const { bundle } = await import('./bundle.ts');
  const made = await bundle(ruleFile, { files, moduleFor, outfile });
  const { code, map, imports, inputs } = made;
  const known = SPECIFIERS.flatMap((name) => moduleFor(name) ?? []);
  const script = imports && asScript(code, imports, known);
  const uses = script === undefined ? undefined : imports;
  // Each `;` is a line that the map does not know: the header, and the first line of a script.
  const before = script === undefined ? ';' : ';;';
  const shifted = JSON.stringify({ ...map, mappings: `${before}${map.mappings}` });
  const text = [
    `${HEADER}${JSON.stringify({ inputs, uses, packages: made.packages })}\n`,
    script ?? code,
    `//# sourceURL=${sourceUrl(outfile)}\n`,
    `//# sourceMappingURL=data:application/json;base64,${base64(shifted)}\n`,
  ].join('');
  const keeps = cache === 'use' && keep(outfile, text, files);
  const url = keeps ? fileUrl(outfile, text) : `data:text/javascript;base64,${base64(text)}`;
  return { ...made, ruleFile, outfile, url, text, uses, sources: Object.keys(inputs) };
}

/** Keeps a bundle for the next time; where that cannot be, this time goes on without. */
function keep(outfile: string, text: string, files: LoadOptions['files']): boolean {
  if (!files.privateDirectory(dirname(outfile))) return false;
  try {
    files.write(outfile, text, 0o600);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** A module is never loaded twice from one URL, so a changed bundle needs a new one. */
function fileUrl(outfile: string, text: string): string {
  return `${pathToFileURL(outfile).href}?${digestOf(text)}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** @throws ERR_MODULE_NOT_FOUND as it is; everything else as a UserError */
async function evaluated(bundle: Sources, options: LoadOptions): Promise<Loaded> {
  const moduleFor = options.moduleFor ?? neighbour;
  let exported: { readonly default?: unknown };
  try {
    exported =
      bundle.uses === undefined
        ? await importModule(bundle.url)
        : await onceOf(bundle.url, () => runAsScript(bundle, bundle.uses ?? [], options));
  } catch (error) {
    if (isModuleMissing(error)) throw error;
    const missing = await missingExport(bundle, error, moduleFor);
    throw missing ?? explained(bundle, error);
  }
  const build = exported.default;
  if (!isBuild(build)) throw notABuild(bundle, build, exported);
  const complaint = buildShape(build);
  if (complaint !== undefined) throw pointedOut(bundle, complaint);
  return {
    build,
    file: bundle.ruleFile,
    sources: bundle.sources,
    text: bareCode(bundle),
    forget: () => {
      for (const path of [bundle.outfile, codeFileOf(bundle.outfile)]) options.files.remove(path);
    },
    siteOf: (stack) => siteIn(bundle, stack),
    unknowable: () =>
      unknowableIn(
        bareCode(bundle),
        SPECIFIERS.map((name) => moduleFor(name) ?? name),
      ),
    explain: (error) => explained(bundle, error),
  };
}

type Exported = Promise<{ readonly default?: unknown }>;

/** Scripts that were run in this process: each is run once, as a module would be. */
const RAN = new Map<string, Exported>();

function onceOf(url: string, run: () => Exported): Exported {
  const known = RAN.get(url) ?? run();
  RAN.set(url, known);
  return known;
}

/** Runs a bundle that is a script. Compiled code is kept where the bundle is. */
async function runAsScript(
  { text, outfile, url }: Sources,
  uses: readonly string[],
  options: LoadOptions,
): Exported {
  const modules = new Map<string, object>();
  for (const from of new Set(uses)) modules.set(from, await moduleAt(from, options));
  const file = codeFileOf(outfile);
  const { run, keep } = compile(text, url, { file, of: digestOf(text) });
  const around = run as Around;
  try {
    return await around((from, name) => {
      const module = modules.get(from)! as { readonly [name: string]: unknown };
      if (name === undefined) return module;
      // In the words of Node, which `missingExport` understands.
      if (!(name in module))
        throw new SyntaxError(
          `The requested module '${from}' does not provide an export named '${name}'`,
        );
      return module[name];
    });
  } finally {
    if (options.cache === 'use') keep();
  }
}

/** Where the compiled code of a bundle is kept. */
const codeFileOf = (outfile: string): string => outfile.replace(/\.mjs$/, '.code');

/** The code of a bundle without the lines that `newBundle` puts around it. */
const bareCode = ({ text }: Sources): string =>
  text.slice(text.indexOf('\n') + 1, text.lastIndexOf('//# sourceURL='));

function isModuleMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

function notABuild(bundle: Sources, value: unknown, exported: object): UserError {
  const hint = `It must end in: export default defineBuild({ goal: ..., rules: ... });`;
  if (value !== undefined) {
    return new UserError(
      `${bundle.ruleFile}: the default export was not made by defineBuild`,
      hint,
    ).coded('DG204');
  }
  const [first] = Object.keys(exported);
  const near = didYouMean('default', Object.keys(exported));
  const where = first === undefined ? bundle.ruleFile : mentionIn(bundle, first);
  return new UserError(
    `${where}: there is no default export`,
    near === undefined ? hint : `${near} ${hint}`,
  ).coded('DG204');
}
