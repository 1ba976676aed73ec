/** What is sent to people who do not watch: a subject, a text, and the same as data. */

import type { Occasion } from '../api/notify.ts';
import type { Instant } from '../api/values.ts';
import type { Matter } from '../run/matters.ts';
import { display } from '../words/quote.ts';

/** Where a message comes from. */
export interface Origin {
  /** Name of the workspace. */
  readonly title: string;
  readonly workspace: string;
  readonly user: string;
  readonly host: string;
}

/** Most matters that are spelled out. */
const NAMED = 20;

/** The order in which they are told: what wants somebody first. */
const WORDS: { readonly [occasion in Occasion]: string } = {
  'in doubt': 'to decide',
  failed: 'failed',
  held: 'held',
  'tried again': 'tried again',
  credentials: 'credentials end',
  ready: 'ready',
  finished: 'finished',
};

/** `desgw S230518h: 2 failed, 1 held`. */
export function subjectLine(matters: readonly Matter[], { title }: Origin): string {
  const parts = Object.entries(WORDS).flatMap(([occasion, word]) => {
    const n = matters.filter((matter) => matter.occasion === occasion).length;
    if (n === 0) return [];
    return [
      n === 1 && ['ready', 'finished', 'credentials'].includes(occasion) ? word : `${n} ${word}`,
    ];
  });
  return display(`desgw ${title}: ${parts.join(', ')}`);
}

/** The matters, what wants somebody first, and where to look. */
export function messageText(matters: readonly Matter[], origin: Origin): string {
  const ranks = Object.keys(WORDS);
  const sorted = [...matters].sort((a, b) => ranks.indexOf(a.occasion) - ranks.indexOf(b.occasion));
  const lines = sorted.slice(0, NAMED).map(({ text }) => `- ${display(text)}`);
  const more = sorted.length > NAMED ? [`and ${sorted.length - NAMED} more`] : [];
  return [
    ...lines,
    ...more,
    '',
    `\`desgw status\` in ${origin.workspace} tells all of it (${origin.user} on ${origin.host}).`,
  ].join('\n');
}

/** For programs. */
export function messageData(matters: readonly Matter[], origin: Origin, at: Instant): object {
  return {
    ...{ schema: 'desgw/notification', version: 1, at, ...origin },
    subject: subjectLine(matters, origin),
    matters: matters.map(({ occasion, target, text }) => ({
      occasion,
      ...(target === undefined ? {} : { target }),
      text,
    })),
  };
}

/** A mail, for sendmail. */
export function mailText(
  to: readonly string[],
  matters: readonly Matter[],
  origin: Origin,
): string {
  const subject = subjectLine(matters, origin);
  const header = /^[\x20-\x7e]*$/.test(subject)
    ? subject
    : `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
  return [
    `To: ${to.map(display).join(', ')}`,
    `Subject: ${header}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    'Auto-Submitted: auto-generated',
    '',
    messageText(matters, origin),
    '',
  ].join('\n');
}
