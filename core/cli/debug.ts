/** `DESGW_DEBUG=plan,journal,process`: what desgw goes by, explained on stderr while it does so. */

import { didYouMean } from '../api/errors.ts';
import { exitText } from '../words/exit.ts';
import { commandLine } from '../words/quote.ts';
import type { Terminal } from '../words/terminal.ts';
import { duration } from '../words/time.ts';
import type { Explain, Processes, Topic, World } from '../world/world.ts';

const TOPICS: readonly Topic[] = ['plan', 'journal', 'process'];

/** Tells of the topics that `DESGW_DEBUG` names; undefined when it names none. */
export function explainer(wanted: string | undefined, terminal: Terminal): Explain | undefined {
  const words = (wanted ?? '').split(/[ ,]+/).filter((word) => word !== '' && word !== '1');
  for (const word of words) {
    if (TOPICS.some((topic) => topic === word)) continue;
    const hint = didYouMean(word, TOPICS);
    terminal.err(
      `desgw: DESGW_DEBUG=${word} explains nothing; there are ${TOPICS.join(', ')}${hint === undefined ? '' : `. ${hint}`}`,
    );
  }
  const topics = TOPICS.filter((topic) => words.includes(topic));
  if (topics.length === 0) return undefined;
  return (topic, lines) => {
    if (topics.includes(topic)) for (const line of lines()) terminal.err(`${topic}: ${line}`);
  };
}

/** Processes that are told of as they start and end. */
export function explainedProcesses(
  processes: Processes,
  explain: Explain,
  clock: World['clock'],
): Processes {
  return {
    ...processes,
    async run(spawn, signal) {
      const begun = clock.steady();
      explain('process', () => [`start ${commandLine(spawn.argv)}   (in ${spawn.cwd})`]);
      const ended = await processes.run(spawn, signal);
      explain('process', () => [
        `end   ${spawn.argv[0]} ${exitText(ended.exit)} after ${duration(clock.steady() - begun)}`,
      ]);
      return ended;
    },
    launch(spawn, dir, onNeverBegun) {
      explain('process', () => [`launch ${commandLine(spawn.argv)}   (as ${dir})`]);
      processes.launch(spawn, dir, onNeverBegun);
    },
  };
}
