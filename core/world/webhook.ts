/** Sends a message to an address that somebody else listens at. The only module that goes out by HTTP. */

/** Milliseconds until an answer is no longer waited for. */
const LIMIT_MS = 10_000;

/** @returns what went wrong, without the address, which may be a secret; undefined: it was taken */
export async function postJson(address: string, body: object): Promise<string | undefined> {
  if (!/^https?:\/\/\S+$/.test(address) || !URL.canParse(address))
    return 'its address is none that begins with https://';
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `it was answered with status ${answer.status}`;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'TimeoutError') return `no answer in ${LIMIT_MS / 1000} s`;
    const { cause } = error;
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    return `it could not be reached${code}`;
  }
}
