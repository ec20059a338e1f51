// Statements (section 11): a verifier's answer as one line of JSON.
import { Refusal } from './bytes.mjs';

// The statement of what `verify` resolves to or throws. Whatever goes wrong in there is a refusal: evidence that the
// verifier cannot work through is not verified. Only errors of the file system are passed on, as they are about no evidence.
export async function state(verify) {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof Refusal) return { verdict: 'refused', code: error.code, detail: error.detail };
    if (error?.syscall) throw error;
    return { verdict: 'refused', code: 'malformed', detail: `not understood: ${error?.message}` };
  }
}

// Counts may be BigInts, which JSON.stringify does not take; all other values come as JSON has them.
export function line_of(value) {
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${line_of(each)}`).join(',')}}`;
}
