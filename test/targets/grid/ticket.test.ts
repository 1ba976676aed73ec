import { expect, test } from 'vitest';
import { ticketEnd } from '../../../targets/grid/ticket.ts';

const klist = (line: string, code = 0) => ({
  exit: { kind: 'exit' as const, code },
  stdout: `Ticket cache: FILE:/tmp/krb5cc_1\nDefault principal: mara@FNAL.GOV\n\nValid starting     Expires            Service principal\n${line}\n\trenew until 12/03/26 08:00:00\n`,
  stderr: '',
});

test.each([
  ['11/26/26 08:00:00  11/27/26 09:40:00  krbtgt/FNAL.GOV@FNAL.GOV'],
  ['11/26/2026 08:00:00  11/27/2026 09:40:00  krbtgt/FNAL.GOV@FNAL.GOV'],
])('the end of the ticket is read: %s', (line) => {
  expect(ticketEnd(klist(line))).toBe(new Date(2026, 10, 27, 9, 40).getTime());
});

test('of what is no ticket nothing is said', () => {
  expect(ticketEnd(klist('', 1))).toBe(undefined);
  expect(ticketEnd(klist(''))).toBe(undefined);
  expect(ticketEnd(klist('11/26/26 08:00:00  11/27/26 09:40:00  host/x@FNAL.GOV'))).toBe(undefined);
});
