/** Text from a file, fit for a message: in quotes, and cut. */
export function short(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
