/** Exposures as they are typed: numbers, or patterns of which `*` stands for any digits. */
import { type CommandCall, UserError } from '../../core/index.ts';
import type { Exposure } from '../settings/domain.ts';

/**
 * The words of the command line, patterns replaced by the exposures that are like them.
 * @throws UserError for a pattern that none is like
 */
export function likeTyped(
  { args }: Pick<CommandCall, 'args'>,
  all: readonly { readonly exposure: Exposure }[],
): readonly string[] {
  return args.flatMap((word) => {
    if (!word.includes('*')) return [word];
    const pattern = new RegExp(`^${word.replaceAll(/[^\d*]/g, '\\$&').replaceAll('*', '\\d*')}$`);
    const found = all.filter(({ exposure }) => pattern.test(exposure)).map((one) => one.exposure);
    if (found.length > 0) return found;
    throw new UserError(`no exposure is like ${word}`, 'See `desgw status` for those there are.');
  });
}
