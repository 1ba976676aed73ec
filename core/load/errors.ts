/**
 * What went wrong in a rule file, told in places of the sources rather than of the bundle. The
 * source map is read here, when there is an error to show, because Node's own support for source
 * maps slows every start.
 */
import { SourceMap } from 'node:module';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Complaint } from '../api/check.ts';
import { didYouMean, Refusal, UserError } from '../api/errors.ts';
import { display } from '../words/quote.ts';
import { importModule } from './importing.ts';
import { SPECIFIERS } from './parts.ts';

/** A bundled rule file, as much of it as is needed to tell where an error comes from. */
export interface Sources {
  /** Absolute path of the rule file. */
  readonly ruleFile: string;
  /** Absolute path of the bundle. */
  readonly outfile: string;
  /** From where the bundle was imported, which tools that format stacks themselves show in them. */
  readonly url: string;
  /** The whole text of the bundle, its source map in the last line. */
  readonly text: string;
  /** From where a script imports; undefined: it is a module. */
  readonly uses: readonly string[] | undefined;
  /** Absolute paths of everything that was bundled. */
  readonly sources: readonly string[];
  /** Absolute paths of what it imports from packages, which stay outside the bundle. */
  readonly packages: readonly string[];
}

/** The name under which a bundle appears in stacks, wherever it was imported from. */
export function sourceUrl(outfile: string): string {
  return `desgw-rules:${basename(outfile)}`;
}

/** `desgwfile.ts:12` of the innermost frame in the sources, relative to the rule file's folder. */
export function siteIn(bundle: Sources, stack: string): string {
  const place = placesIn(bundle, stack)[0];
  return place === undefined ? '' : `${shortPath(bundle, place.file)}:${place.line}`;
}

/** An exception out of the rule file, or about a word of it, as an error for people: place, message, source line. */
export function explained(bundle: Sources, error: unknown): UserError {
  if (!(error instanceof Error)) {
    return new UserError(
      `${shortPath(bundle, bundle.ruleFile)} threw ${display(String(error))}`,
    ).coded('DG203');
  }
  const places = placesIn(bundle, error.stack ?? '');
  const word = error instanceof UserError ? error.word : undefined;
  const at = places[0] ?? (word === undefined ? undefined : firstUse(bundle, word));
  const where = at === undefined ? shortPath(bundle, bundle.ruleFile) : placeText(bundle, at);
  const known = error instanceof UserError || error instanceof Refusal;
  const kind = known || error.name === 'Error' ? '' : `${error.name}: `;
  const lines = [
    `${where}: ${kind}${error.message}`,
    ...(at?.text === undefined ? [] : [excerpt(at.text, at.line, at.column - 1)]),
    ...places.slice(1, 4).map((place) => `  called from ${placeText(bundle, place)}`),
  ];
  const text = lines.join('\n');
  if (error instanceof UserError)
    return new UserError(text, error.hint, error.exit).coded(
      word === undefined ? 'DG203' : error.kind,
    );
  if (error instanceof Refusal) return new UserError(text, error.advice).coded('DG203');
  return new UserError(text, 'This happened in the rule file; nothing has been built.').coded(
    'DG203',
  );
}

/**
 * The complaint for a name that is imported but not exported, which Node reports in terms of the
 * bundle; `undefined` when the error is another one.
 */
export async function missingExport(
  bundle: Sources,
  error: unknown,
  moduleFor: (specifier: string) => string | undefined,
): Promise<UserError | undefined> {
  const found =
    error instanceof SyntaxError
      ? /module '(.*)' does not provide an export named '(.*)'/.exec(error.message)
      : null;
  const [, url, name] = found ?? [];
  if (url === undefined || name === undefined) return undefined;
  const specifier = SPECIFIERS.find((s) => moduleFor(s) === url) ?? url;
  const { file, line, column, text } = firstMention(bundle, name) ?? atTheTop(bundle);
  const exported = await importModule(url);
  return new UserError(
    [
      `${shortPath(bundle, file)}:${line}:${column}: '${specifier}' has no export '${name}'`,
      excerpt(text, line, column - 1, name.length),
    ].join('\n'),
    didYouMean(name, Object.keys(exported)) ?? `See what '${specifier}' exports.`,
  ).coded('DG202');
}

/** Where a word is used first in the sources; the rule file alone where it is nowhere. */
export function mentionIn(bundle: Sources, word: string): string {
  const place = firstUse(bundle, word);
  return place === undefined ? shortPath(bundle, bundle.ruleFile) : placeText(bundle, place);
}

/** A complaint about what the rule file exports, with the place of the field that it is about. */
export function pointedOut(bundle: Sources, { at, what, hint, word }: Complaint): UserError {
  const field = word ?? /[A-Za-z_]\w*(?=\W*$)/.exec(at)?.[0] ?? 'defineBuild';
  const place = firstUse(bundle, field) ?? atTheTop(bundle);
  return new UserError(
    [
      `${placeText(bundle, place)}: the build ${at === '' ? what : `has ${at}, which ${what}`}`,
      excerpt(place.text, place.line, place.column - 1, field.length),
    ].join('\n'),
    hint,
  );
}

/**
 * A source line with its number and the place underlined.
 *
 * @param column counted from 0
 */
export function excerpt(text: string, line: number, column: number, length = 1): string {
  // Of a very long line, the part around the place.
  const start = column > 80 ? column - 40 : 0;
  const shown = display(text.slice(start, start + 100).replace(/\t/g, ' '));
  const marks = '^'.repeat(Math.max(1, Math.min(length, shown.length - (column - start))));
  const gutter = `  ${line} | `;
  return `${gutter}${shown}\n${' '.repeat(gutter.length - 2)}| ${' '.repeat(column - start)}${marks}`;
}

interface Place {
  readonly file: string;
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  readonly text: string | undefined;
}

/** Frames of a stack that lie in the sources, innermost first. */
function placesIn(bundle: Sources, stack: string): readonly Place[] {
  const own = sourceUrl(bundle.outfile);
  const places: Place[] = [];
  let map: SourceMap | undefined;
  for (const [, location, line, column] of stack.matchAll(
    /^ {4}at (?:.*\()?(.+?):(\d+):(\d+)\)?$/gm,
  )) {
    if (location === own || location === bundle.url) {
      map ??= mapOf(bundle);
      const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
      if (entry === undefined || !('originalSource' in entry)) continue;
      const { originalSource, originalLine, originalColumn } = entry;
      places.push(placeOf(map, originalSource, originalLine, originalColumn));
    } else {
      // Under `node --enable-source-maps` Node has translated the frame already.
      const file = location?.startsWith('file:') ? fileURLToPath(location) : location;
      if (file === undefined || !bundle.sources.includes(file)) continue;
      map ??= mapOf(bundle);
      places.push(placeOf(map, file, Number(line) - 1, Number(column) - 1));
    }
  }
  return places;
}

function placeOf(map: SourceMap | undefined, file: string, line: number, column: number): Place {
  const text = sourceText(map, file)?.split('\n')[line];
  return { file, line: line + 1, column: column + 1, text };
}

const MAP_LINE = '//# sourceMappingURL=data:application/json;base64,';

function mapOf(bundle: Sources): SourceMap | undefined {
  const at = bundle.text.lastIndexOf(MAP_LINE);
  if (at < 0) return undefined;
  const json = Buffer.from(bundle.text.slice(at + MAP_LINE.length), 'base64').toString();
  return new SourceMap(JSON.parse(json));
}

function sourceText(map: SourceMap | undefined, file: string): string | undefined {
  const index = map?.payload.sources.indexOf(file) ?? -1;
  return index < 0 ? undefined : map?.payload.sourcesContent[index];
}

type Mention = Place & { readonly text: string };

/** Where a name stands first in the sources, the rule file before its helpers. */
const firstMention = (bundle: Sources, name: string): Mention | undefined =>
  firstIn(bundle, name, (text) => text);

/** The same, leaving out import statements. */
const firstUse = (bundle: Sources, name: string): Mention | undefined =>
  firstIn(bundle, name, withoutImports);

/** The text with blanks in the place of import statements, so that lines and columns stay. */
const withoutImports = (text: string): string =>
  text.replace(/^import\b[^;'"]*(?:'[^']*'|"[^"]*")/gm, (statement) =>
    statement.replace(/[^\n]/g, ' '),
  );

function firstIn(
  bundle: Sources,
  name: string,
  searched: (text: string) => string,
): Mention | undefined {
  const map = mapOf(bundle);
  const word = new RegExp(`(?<![\\w$])${name.replace(/[^\w]/g, '\\$&')}(?![\\w$])`);
  for (const file of [bundle.ruleFile, ...bundle.sources]) {
    const whole = sourceText(map, file) ?? '';
    const lines = searched(whole).split('\n');
    const index = lines.findIndex((line) => word.test(line));
    if (index < 0) continue;
    const column = lines[index]!.search(word) + 1;
    return { file, line: index + 1, column, text: whole.split('\n')[index]! };
  }
  return undefined;
}

const atTheTop = ({ ruleFile: file }: Sources): Mention => ({
  ...{ file, line: 1, column: 1, text: '' },
});

function placeText(bundle: Sources, place: Place): string {
  return `${shortPath(bundle, place.file)}:${place.line}:${place.column}`;
}

function shortPath(bundle: Sources, file: string): string {
  return relative(dirname(bundle.ruleFile), file);
}
