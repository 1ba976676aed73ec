/** Which programs of the grid cannot be started here: asked before anything is handed in. */
import type { Adapter, Exec, Json } from '../../core/index.ts';
import { version } from '../doctor/looks.ts';

/** What is wrong with one of them, in the words of `desgw doctor`. */
export interface LackingProgram {
  readonly what: string;
  readonly remedy: string;
}

/** The adapter `programs`: asks each for its version, which submits nothing and asks for no password. */
export const programsLook = (versions: readonly Exec[]): Adapter => ({
  dry: false,
  timeout: 60,
  ask: async (_question, tools) => {
    const verdicts = await Promise.all(versions.map((exec) => version(exec, tools)));
    const lacking = verdicts.flatMap(({ state, what, remedy = '' }): LackingProgram[] =>
      state === 'bad' ? [{ what, remedy }] : [],
    );
    return lacking as unknown as Json;
  },
});
