/** The few habits of Python 2 that show: exceptions, and print of a tuple. */
import { hang } from '../site.mjs';

/** An exception that nobody catches: traceback on standard error, exit status 1. */
export class PyError extends Error {
  constructor(type, text) {
    super(text);
    this.type = type;
  }
}

/** Runs a program's body and ends as python would. */
export function runAsPython(script, body) {
  try {
    body();
  } catch (error) {
    if (!(error instanceof PyError)) throw error;
    const last = error.message === '' ? error.type : `${error.type}: ${error.message}`;
    process.stderr.write(
      `Traceback (most recent call last):\n  File "${script}", line 1, in <module>\n${last}\n`,
    );
    process.exit(1);
  }
}

/** `print("A", x)` of Python 2. */
export function printTuple(...values) {
  console.log(`(${values.map((v) => (typeof v === 'number' ? v : `'${v}'`)).join(', ')})`);
}

/** Waits like a loop that polls for something that will not come, and says so once. */
export function waitForEver(message) {
  console.log(message);
  hang();
}
