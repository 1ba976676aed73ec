/** What commands of the rule file do of themselves between two rounds of a build. */
import type { RoundCall } from '../api/builds.ts';
import type { BuildOptions } from '../run/build.ts';
import type { BuildEvent } from '../run/events.ts';
import { statesOf } from '../views/status.ts';
import { buildGoal, callOf } from './call.ts';
import type { Invocation, Opened } from './context.ts';
import { confirm, isInteractive } from './prompt.ts';

/** How long an answer is waited for. */
const ANSWER_MS = 10 * 60 * 1000;

type Between = NonNullable<BuildOptions['between']>;

/** Undefined where no command does anything of itself. */
export function betweenRounds(
  opened: Opened,
  invocation: Invocation,
  emit: (event: BuildEvent) => void,
): Between | undefined {
  const { project } = opened;
  const acting = Object.values(project.build.commands ?? {}).flatMap(
    ({ between }) => between ?? [],
  );
  if (acting.length === 0) return undefined;
  const told = new Set<string>();
  return async ({ plan, verdicts }) => {
    const call: RoundCall = {
      ...callOf([], {}, opened, invocation),
      round: statesOf({ ...plan, verdicts }),
      build: (items, goal) =>
        buildGoal(items, goal, project, invocation, {
          wait: false,
          emit: (event) => {
            if (isOfActions(event)) emit(event);
          },
        }),
      tell: (target, { about, text, occasion }) => {
        if (told.has(about)) return;
        told.add(about);
        emit({
          kind: 'told',
          target,
          about,
          text,
          ...(occasion === undefined ? {} : { occasion }),
        });
      },
      print: (text) => emit({ kind: 'notice', text }),
      canPrompt: isInteractive(),
      confirm: (question) => invocation.terminal.still(() => agreedInTime(question, invocation)),
    };
    let acted = false;
    for (const act of acting) acted = (await act(call)) || acted;
    return acted;
  };
}

/** Whoever has fallen asleep keeps no night waiting: no answer is no. */
async function agreedInTime(question: string, invocation: Invocation): Promise<boolean> {
  const late = AbortSignal.timeout(ANSWER_MS);
  try {
    const signal = AbortSignal.any([invocation.signal, late]);
    return await confirm(question, { ...invocation, signal });
  } catch (error) {
    if (!late.aborted || invocation.signal.aborted) throw error;
    invocation.terminal.err('nobody answered');
    return false;
  }
}

/** The build itself tells of its plan, of what it waits for and of its end. */
function isOfActions({ kind }: BuildEvent): boolean {
  switch (kind) {
    case 'action started':
    case 'action retried':
    case 'action done':
    case 'action failed':
    case 'action left':
    case 'target adopted':
    case 'warning':
    case 'lock wait':
      return true;
    case 'notice':
    case 'planned':
    case 'target spared':
    case 'progress':
    case 'waiting':
    case 'told':
    case 'finished':
      return false;
  }
}
