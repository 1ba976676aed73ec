import { describe, expect, test } from 'vitest';
import { type Around, asScript } from '../../../core/load/as-script.ts';
import { compile } from '../../../core/world/compiled.ts';

const D = 'file:///d/index.mjs';
const T = 'file:///d/targets.mjs';

/** What the script exports, given modules of which each name is told as it is picked. */
async function ran(code: string, imports: readonly string[]): Promise<object | undefined> {
  const script = asScript(code, imports, [D, T]);
  if (script === undefined) return undefined;
  const around = compile(script, 'rules', undefined).run as Around;
  return around((from, name) => `${name ?? 'all'} of ${from.slice(-11)}`);
}

describe('a module that imports what it can be handed', () => {
  test.each([
    [`import{a,b as c}from"${D}";export{a,c as default};`, [D], ['a', 'b']],
    [`import*as all from"${D}";var x=all;export{x as default};`, [D], ['all']],
    [`import one,{a}from"${D}";export{one as default,a};`, [D], ['default', 'a']],
    [`import one,*as all from"${D}";export{one as default,all};`, [D], ['default', 'all']],
    [`import"${D}";var x=1;export{x as default};`, [D], []],
    [`import{a}from"${D}";var f=1;import{a as b}from"${T}";export{a as default,b};`, [D, T], ['a']],
    ['var x=await 7;export{x as default};\n', [], []],
  ])('%s', async (code, imports, picked) => {
    const found = Object.values((await ran(code, imports))!);
    for (const name of picked) expect(found.join()).toContain(`${name} of`);
    expect(Object.keys((await ran(code, imports))!)).toContain('default');
  });

  test('stays in its place, column by column, below one line more', async () => {
    const code = `import{a}from"${D}";var y=a;export{y as default};\n`;
    const [, line] = asScript(code, [D], [D])!.split('\n');
    expect(line!.indexOf('var y=a;')).toBe(code.indexOf('var y=a;'));
  });

  test('is strict, and is nothing of a script', async () => {
    const code =
      'var x=[typeof this,typeof require,(function(){return this})()];export{x as default};';
    expect(await ran(code, [])).toEqual({ default: ['undefined', 'undefined', undefined] });
  });
});

describe('a module stays one', () => {
  test.each([
    ['that imports anything else', 'import{a}from"node:fs";export{a as default};', ['node:fs']],
    ['that imports when it runs', 'var x=import("node:fs");export{x as default};', []],
    [
      'in which a text looks like what it imports',
      `import{a}from"${D}";var t='import{b}from"${D}";';export{t as default};`,
      [D],
    ],
    ['that exports in another way', `import{a}from"${D}";export default a;`, [D]],
    ['that exports what it imports', `export{a as default}from"${D}";`, [D]],
  ])('%s', (_what, code, imports) => {
    expect(asScript(code, imports, [D, T])).toBeUndefined();
  });
});
