/** The shape of sources, read off their syntax: how long functions are, and what they are given. */
import { parseSync } from 'vite';

interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A function, a method or an accessor with a body. */
export interface FunctionShape {
  readonly name: string;
  /** Without the comment above it. */
  readonly lines: number;
}

const isSyntax = (value: unknown): value is Syntax =>
  typeof value === 'object' && value !== null && typeof (value as Syntax).type === 'string';

const parts = (of: Syntax): readonly Syntax[] =>
  Object.values(of).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isSyntax));

function parsed(path: string, text: string): Syntax {
  const { program, errors } = parseSync(path, text, { lang: 'ts' });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  return program as unknown as Syntax;
}

/** The functions of a file, those within others included. */
export function functionsIn(path: string, text: string): readonly FunctionShape[] {
  const found: FunctionShape[] = [];
  const visit = (one: Syntax, outer: string): void => {
    const name = nameOf(one) ?? outer;
    if (isSyntax(one.body) && /Function/.test(one.type) && one.body.type !== 'TSTypeAnnotation')
      found.push({ name, lines: text.slice(one.start, one.end).split('\n').length });
    for (const part of parts(one)) visit(part, name);
  };
  visit(parsed(path, text), path);
  return found;
}

/** Parameters that are given as a bare `true` or `false`, with the function or type that wants them. */
export function booleanParametersIn(path: string, text: string): readonly string[] {
  const found: string[] = [];
  const visit = (one: Syntax, outer: string): void => {
    const name = nameOf(one) ?? outer;
    for (const given of Array.isArray(one.params) ? one.params.filter(isSyntax) : [])
      if (isBoolean(given)) found.push(`${path}: ${name}(${text.slice(given.start, given.end)})`);
    for (const part of parts(one)) visit(part, name);
  };
  visit(parsed(path, text), path);
  return found;
}

function nameOf({ id, key }: Syntax): string | undefined {
  const named = isSyntax(id) ? id : key;
  return isSyntax(named) && typeof named.name === 'string' ? named.name : undefined;
}

/** `x: boolean`, `x = false`, and what has such a type among others. */
function isBoolean({ type, typeAnnotation, left, right }: Syntax): boolean {
  if (type === 'AssignmentPattern' && isSyntax(left) && isSyntax(right))
    return typeof right.value === 'boolean' || isBoolean(left);
  if (!isSyntax(typeAnnotation)) return false;
  const annotated = isSyntax(typeAnnotation.typeAnnotation)
    ? typeAnnotation.typeAnnotation
    : typeAnnotation;
  const types = Array.isArray(annotated.types) ? annotated.types : [annotated];
  return types.filter(isSyntax).some((one) => one.type === 'TSBooleanKeyword');
}
