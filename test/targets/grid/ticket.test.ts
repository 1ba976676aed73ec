import { expect, test } from 'vitest';
import { readTicket, tokenName } from '../../../targets/grid/ticket.ts';

const klist = (line: string, code = 0, more = '\trenew until 12/03/26 08:00:00\n') => ({
  exit: { kind: 'exit' as const, code },
  stdout: `Ticket cache: FILE:/tmp/krb5cc_1\nDefault principal: mara@FNAL.GOV\n\nValid starting     Expires            Service principal\n${line}\n${more}`,
  stderr: '',
});
const TICKET = {
  begins: new Date(2026, 10, 26, 8).getTime(),
  ends: new Date(2026, 10, 27, 9, 40).getTime(),
};

test.each([
  ['11/26/26 08:00:00  11/27/26 09:40:00  krbtgt/FNAL.GOV@FNAL.GOV'],
  ['11/26/2026 08:00:00  11/27/2026 09:40:00  krbtgt/FNAL.GOV@FNAL.GOV'],
])('when a ticket begins and ends, and until when it can be renewed, is read: %s', (line) => {
  const renewUntil = new Date(2026, 11, 3, 8).getTime();
  expect(readTicket(klist(line))).toEqual({ ...TICKET, renewUntil });
  expect(readTicket(klist(line, 0, ''))).toEqual(TICKET);
});

test('of what is no ticket nothing is said', () => {
  expect(readTicket(klist('', 1))).toBe(undefined);
  expect(readTicket(klist(''))).toBe(undefined);
  expect(readTicket(klist('11/26/26 08:00:00  11/27/26 09:40:00  host/x@FNAL.GOV'))).toBe(
    undefined,
  );
});

test('a token is named by the role as it was given', () => {
  expect(tokenName('des', 'DESGW', 501)).toBe('bt_token_des_DESGW_501');
});
