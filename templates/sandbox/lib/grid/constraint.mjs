/**
 * ClassAd constraints: `Name =?= "x" && !isUndefined(Other)`. Comparisons with == and < of something
 * undefined are undefined, and an undefined constraint selects nothing; =?= and =!= are exact.
 */

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*")|(\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(=\?=|=!=|==|!=|<=|>=|&&|\|\||[<>!(),=]))/y;

/**
 * A test of ads for a constraint text.
 * @throws {SyntaxError} when the text is not a constraint
 */
export function constraint(text) {
  const test = expression(text);
  return (ad) => test(ad) === true;
}

/**
 * What a text says of an ad.
 * @throws {SyntaxError} when it is not an expression
 */
export function expression(text) {
  const tokens = tokensOf(text);
  let at = 0;
  const take = (symbol) => tokens[at]?.text === symbol && tokens[at].kind === 'symbol' && ++at > 0;
  const expect = (symbol) => {
    if (!take(symbol)) throw new SyntaxError(`expected '${symbol}' in ${text}`);
  };

  const either = () => {
    let left = both();
    while (take('||')) left = or(left, both());
    return left;
  };
  const both = () => {
    let left = not();
    while (take('&&')) left = and(left, not());
    return left;
  };
  const not = () => {
    if (!take('!')) return comparison();
    const inner = not();
    return (ad) => (inner(ad) === undefined ? undefined : inner(ad) !== true);
  };
  const comparison = () => {
    const left = operand();
    const operator = tokens[at];
    if (operator?.kind !== 'symbol' || !(operator.text in COMPARE)) return left;
    at++;
    const right = operand();
    return (ad) => COMPARE[operator.text](left(ad), right(ad));
  };
  const operand = () => {
    if (take('(')) {
      const inner = either();
      expect(')');
      return inner;
    }
    const token = tokens[at++];
    if (token?.kind === 'value') return () => token.value;
    if (token?.kind !== 'name') throw new SyntaxError(`unexpected end or symbol in ${text}`);
    if (token.text.toLowerCase() === 'isundefined') {
      expect('(');
      const inner = either();
      expect(')');
      return (ad) => inner(ad) === undefined;
    }
    if (token.text.toLowerCase() === 'regexp') {
      expect('(');
      const pattern = either();
      expect(',');
      const target = either();
      expect(')');
      return (ad) =>
        target(ad) === undefined ? undefined : new RegExp(pattern(ad)).test(String(target(ad)));
    }
    if (token.text.toLowerCase() === 'ifthenelse') {
      expect('(');
      const condition = either();
      expect(',');
      const yes = either();
      expect(',');
      const no = either();
      expect(')');
      return (ad) => (condition(ad) ? yes(ad) : no(ad));
    }
    return (ad) => attribute(ad, token.text);
  };

  const test = either();
  if (at < tokens.length) throw new SyntaxError(`unexpected '${tokens[at].text}' in ${text}`);
  return test;
}

const COMPARE = {
  '=?=': (a, b) => a === b,
  '=!=': (a, b) => a !== b,
  '==': known((a, b) => fold(a) === fold(b)),
  '!=': known((a, b) => fold(a) !== fold(b)),
  '<': known((a, b) => a < b),
  '<=': known((a, b) => a <= b),
  '>': known((a, b) => a > b),
  '>=': known((a, b) => a >= b),
};

function known(compare) {
  return (a, b) => (a === undefined || b === undefined ? undefined : compare(a, b));
}

const fold = (value) => (typeof value === 'string' ? value.toLowerCase() : value);

function or(left, right) {
  return (ad) => {
    const values = [left(ad), right(ad)];
    if (values.includes(true)) return true;
    return values.includes(undefined) ? undefined : false;
  };
}

function and(left, right) {
  return (ad) => {
    const values = [left(ad), right(ad)];
    if (values.includes(false)) return false;
    return values.includes(undefined) ? undefined : values.every((value) => value === true);
  };
}

/** Attribute names are not case-sensitive. */
export function attribute(ad, name) {
  if (name in ad) return ad[name];
  const key = Object.keys(ad).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : ad[key];
}

function tokensOf(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new SyntaxError(`cannot read '${text.slice(from)}'`);
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf([, string, number, word, symbol]) {
  if (string !== undefined) {
    return { kind: 'value', text: string, value: string.slice(1, -1).replace(/\\(.)/g, '$1') };
  }
  if (number !== undefined) return { kind: 'value', text: number, value: Number(number) };
  if (symbol !== undefined) return { kind: 'symbol', text: symbol === '=' ? '==' : symbol };
  const constant = { true: true, false: false, undefined: undefined };
  const lower = word.toLowerCase();
  return lower in constant
    ? { kind: 'value', text: word, value: constant[lower] }
    : { kind: 'name', text: word };
}
