/** Reads an ini file the way ConfigParser of Python 2 does. */
import { PyError } from './python.mjs';

/** Getters for the values of one or more texts; later texts override earlier ones. */
export function readIni(...texts) {
  const sections = new Map();
  for (const text of texts) readInto(sections, text);
  const raw = (section, key) => {
    const values = sections.get(section);
    if (values === undefined) {
      throw new PyError('ConfigParser.NoSectionError', `No section: '${section}'`);
    }
    const value = values.get(key.toLowerCase());
    if (value === undefined) {
      throw new PyError(
        'ConfigParser.NoOptionError',
        `No option '${key.toLowerCase()}' in section: '${section}'`,
      );
    }
    return interpolated(value, values, section, key);
  };
  return {
    text: raw,
    float: (section, key) => float(raw(section, key)),
    integer: (section, key) => integer(raw(section, key)),
    boolean: (section, key) => boolean(raw(section, key)),
  };
}

function readInto(sections, text) {
  let section;
  let last;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || /^[#;]/.test(line) || /^rem(\s|$)/i.test(line)) continue;
    if (/^\s/.test(line) && section !== undefined && last !== undefined) {
      section.set(last, `${section.get(last)}\n${line.trim()}`);
      continue;
    }
    const head = /^\[([^\]]+)\]/.exec(line);
    if (head !== null) {
      section = sections.get(head[1]) ?? new Map();
      sections.set(head[1], section);
      last = undefined;
      continue;
    }
    const option = /^([^:=\s][^:=]*)\s*[:=]\s*(.*)$/.exec(line);
    if (section === undefined) {
      throw new PyError(
        'ConfigParser.MissingSectionHeaderError',
        `File contains no section headers.\n${line}`,
      );
    }
    if (option === null) {
      throw new PyError('ConfigParser.ParsingError', `File contains parsing errors\n\t'${line}'`);
    }
    last = option[1].trim().toLowerCase();
    section.set(last, parsedValue(option[2]));
  }
}

/** The first `;` after white space begins a comment; the value `""` is empty. */
function parsedValue(written) {
  const comment = written.search(/\s;/);
  const value = (comment < 0 ? written : written.slice(0, comment)).trim();
  return value === '""' ? '' : value;
}

function interpolated(value, values, section, key) {
  if (!value.includes('%(')) return value;
  return value.replace(/%\((\w+)\)s/g, (_, name) => {
    const other = values.get(name.toLowerCase());
    if (other === undefined) {
      throw new PyError(
        'ConfigParser.InterpolationMissingOptionError',
        `Bad value substitution: section [${section}], option ${key}, key ${name}`,
      );
    }
    return other;
  });
}

function float(value) {
  if (value === '' || Number.isNaN(Number(value))) {
    throw new PyError('ValueError', `could not convert string to float: ${value}`);
  }
  return Number(value);
}

function integer(value) {
  if (!/^[+-]?\d+$/.test(value)) {
    throw new PyError('ValueError', `invalid literal for int() with base 10: '${value}'`);
  }
  return Number(value);
}

function boolean(value) {
  const known = {
    1: true,
    yes: true,
    true: true,
    on: true,
    0: false,
    no: false,
    false: false,
    off: false,
  };
  const found = known[value.toLowerCase()];
  if (found === undefined) throw new PyError('ValueError', `Not a boolean: ${value}`);
  return found;
}
