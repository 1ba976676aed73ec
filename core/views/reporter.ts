/** What turns the events of a build into something to read. */
import type { BuildEvent } from '../run/events.ts';

/** Hears the events of one build, in their order. */
export interface Reporter {
  event(event: BuildEvent): void;
  /** Nothing more will come. Must be called, also after an error. */
  end(): void;
}
