/** Bundling of the rule file with esbuild, which is loaded only when there is no valid bundle. */
import { builtinModules } from 'node:module';
import { dirname, extname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type BuildOptions,
  build,
  type Loader,
  type Message,
  type Metafile,
  type Plugin,
  stop,
} from 'esbuild';
import { didYouMean, UserError } from '../api/errors.ts';
import type { Digest } from '../api/values.ts';
import { enumerate } from '../words/text.ts';
import { FOR_A_PROGRAM, needDescriptors } from '../world/descriptors.ts';
import type { Files } from '../world/world.ts';
import { excerpt } from './errors.ts';
import { SPECIFIERS } from './parts.ts';

/** What bundling needs of the world. */
export interface BundleOptions {
  readonly files: Pick<Files, 'digest' | 'readText'>;
  readonly moduleFor: (specifier: string) => string | undefined;
  /** Where the bundle will lie, absolute. Nothing is written there. */
  readonly outfile: string;
}

/** The rule file and what it imports by relative path, as one ES module. */
export interface Bundled {
  readonly code: string;
  /** JSON of the source map, with absolute sources. */
  readonly map: { readonly mappings: string };
  /** From where it imports, once for each statement; undefined: not by statements alone. */
  readonly imports: readonly string[] | undefined;
  /** Absolute path of every source, packages of the workspace included -> digest of its content. */
  readonly inputs: { readonly [path: string]: Digest };
  /** Absolute path of every file of a package that is imported. */
  readonly packages: readonly string[];
  /** The same, and what these files import in turn, as far as their texts tell. */
  readonly reached: readonly string[];
}

/**
 * Bundles a rule file. Packages stay outside and are named by URL, so that the code can be
 * imported from anywhere, memory included.
 *
 * @throws UserError with file, line and reason when something does not parse or is not found
 */
export async function bundle(ruleFile: string, options: BundleOptions): Promise<Bundled> {
  const inputs: { [path: string]: Digest } = {};
  const packages = new Set<string>();
  needDescriptors(FOR_A_PROGRAM);
  try {
    const { outputFiles, metafile } = await build({
      ...SETTINGS,
      entryPoints: [ruleFile],
      outfile: options.outfile,
      plugins: [
        outside(options.moduleFor, (path) => {
          packages.add(path);
          // A package in the folder of the rule file may be edited like the rule file.
          if (path.startsWith(`${dirname(ruleFile)}/`)) inputs[path] = options.files.digest(path);
        }),
        sourceFiles(options.files, inputs),
      ],
    });
    const [map, code] = outputFiles.map((file) => file.text);
    if (map === undefined || code === undefined)
      throw new Error('internal: esbuild made no bundle');
    const { sources, ...rest } = JSON.parse(map);
    const absolute = sources.map((source: string) => resolve(dirname(options.outfile), source));
    return {
      ...{ code, imports: importsIn(metafile), inputs, packages: [...packages] },
      map: { ...rest, sources: absolute },
      reached: await reachedFrom([...packages]),
    };
  } catch (error) {
    if (hasNoBundler(error))
      throw Object.assign(new Error('the bundler could not be started, or was stopped'), {
        code: 'EAGAIN',
      });
    throw isBuildFailure(error) ? complaint(ruleFile, error.errors) : error;
  } finally {
    // Its process would stay as long as desgw runs, and a build may wait for hours.
    await stop();
  }
}

/** Files that packages consist of, found by bundling them for nothing. */
async function reachedFrom(entryPoints: string[]): Promise<readonly string[]> {
  if (entryPoints.length === 0) return [];
  const { metafile } = await build({
    ...{ entryPoints, bundle: true, metafile: true, write: false, outdir: '/nowhere' },
    ...{ platform: 'node', format: 'esm', logLevel: 'silent', tsconfigRaw: {} },
    plugins: [anything],
  });
  return [
    ...new Set([...entryPoints, ...Object.keys(metafile.inputs).map((path) => resolve(path))]),
  ];
}

/** Goes on where a package imports what is not installed, or no script. */
const anything: Plugin = {
  name: 'anything',
  setup({ onResolve, onLoad, resolve: resolveAsUsual }) {
    onResolve({ filter: /.*/ }, async ({ path, pluginData, ...request }) => {
      if (pluginData === OURS || request.kind === 'entry-point') return undefined;
      const found = await resolveAsUsual(path, { ...request, pluginData: OURS });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
    onLoad({ filter: /.*/ }, ({ path }) => (SCRIPT.test(path) ? undefined : { contents: '' }));
  },
};

const SCRIPT = /\.(?:[cm]?[jt]s|json)$/;

function importsIn({ outputs }: Metafile): readonly string[] | undefined {
  const all = Object.values(outputs).flatMap(({ imports }) => imports);
  return all.every(({ kind }) => kind === 'import-statement')
    ? all.map(({ path }) => path)
    : undefined;
}

const SETTINGS = {
  bundle: true,
  metafile: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'external',
  // Comments and layout must not be part of the text by which a recipe function is known.
  minifyWhitespace: true,
  // Identifiers that `sourceFiles` gives every source that needs them.
  define: {
    'import.meta.url': '__sourceUrl',
    'import.meta.dirname': '__sourceDirname',
    'import.meta.filename': '__sourceFilename',
  },
  // A tsconfig.json somewhere above must not change what the rule file means.
  tsconfigRaw: {},
  logLevel: 'silent',
} as const satisfies BuildOptions;

const LOADERS: { readonly [extension: string]: Loader } = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
};

/**
 * Maps `desgw` to the running desgw, and leaves packages and Node's own modules outside.
 * @param onPackage is told of every file that is left outside
 */
function outside(moduleFor: BundleOptions['moduleFor'], onPackage: (path: string) => void): Plugin {
  return {
    name: 'outside',
    setup({ onResolve, resolve: resolveAsUsual }) {
      onResolve({ filter: /^desgw(\/|$)/ }, ({ path }) => {
        const url = moduleFor(path);
        if (url !== undefined) return { path: url, external: true };
        const parts = SPECIFIERS.map((name) => `'${name}'`);
        const near = didYouMean(path, SPECIFIERS) ?? `There are ${enumerate(parts)}.`;
        return { errors: [{ text: `desgw has no part '${path}'. ${near}` }] };
      });
      onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...request }) => {
        if (pluginData === OURS || path.startsWith('file:') || request.kind === 'entry-point')
          return undefined;
        if (path.startsWith('node:') || builtinModules.includes(path))
          return { path, external: true };
        const found = await resolveAsUsual(path, { ...request, pluginData: OURS });
        if (found.errors.length > 0) return { errors: found.errors };
        // A package written in TypeScript cannot be imported as it is.
        if (found.namespace !== 'file' || /\.[mc]?tsx?$|\.json$/.test(found.path)) return found;
        onPackage(found.path);
        return { path: pathToFileURL(found.path).href, external: true };
      });
    },
  };
}

/** Marks what the plugin itself has resolved as usual, and is not to take up again. */
const OURS = Symbol('resolved by the plugin itself');

/**
 * Hands the sources to esbuild and notes their digests. `import.meta.url` and its kin keep the
 * values that they have in each source: they are taken from a small module made for it.
 */
function sourceFiles(files: BundleOptions['files'], inputs: { [path: string]: Digest }): Plugin {
  return {
    name: 'source files',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^source-of:/ }, ({ path }) => ({
        path: path.slice('source-of:'.length),
        namespace: 'source-of',
      }));
      onLoad({ filter: /.*/, namespace: 'source-of' }, ({ path }) => ({
        contents: Object.entries({
          __sourceUrl: pathToFileURL(path).href,
          __sourceDirname: dirname(path),
          __sourceFilename: path,
        })
          .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
          .join('\n'),
      }));
      onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => {
        // Taken before the text is read: if the file changes in between, the bundle is not valid.
        inputs[path] = files.digest(path);
        const loader = LOADERS[extname(path)];
        const text = loader === undefined ? undefined : files.readText(path);
        if (loader === undefined || text === undefined || !text.includes('import.meta'))
          return undefined;
        // Added after the last line, so that no position in the source moves.
        const names = '__sourceUrl, __sourceDirname, __sourceFilename';
        return {
          contents: `${text}\nimport { ${names} } from ${JSON.stringify(`source-of:${path}`)};`,
          loader,
        };
      });
    },
  };
}

function isBuildFailure(error: unknown): error is { readonly errors: readonly Message[] } {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

/** Whether its process is lacking, as where no room for one more is left. */
const hasNoBundler = (error: unknown): boolean =>
  error instanceof Error && /^The service (?:was stopped|is no longer running)/.test(error.message);

/** What esbuild found wrong, each with its place and the line underlined. */
function complaint(ruleFile: string, errors: readonly Message[]): UserError {
  const inOrder = errors.toSorted((a, b) => (a.location?.line ?? 0) - (b.location?.line ?? 0));
  const shown = inOrder.slice(0, 3).map(({ text, location }) => {
    if (location === null) return `${relative(dirname(ruleFile), ruleFile)}: ${text}`;
    const { file, line, column, lineText, length } = location;
    const place = relative(dirname(ruleFile), resolve(file));
    return `${place}:${line}:${column + 1}: ${text}\n${excerpt(lineText, line, column, length)}`;
  });
  const more = errors.length > 3 ? `\nand ${errors.length - 3} more` : '';
  return new UserError(shown.join('\n') + more, 'Mend the line; nothing has been built.').coded(
    'DG202',
  );
}
