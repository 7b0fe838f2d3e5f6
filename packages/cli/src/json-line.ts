/** What JSON leaves as it is and a terminal does not: see `terminalText`, which cannot be used on JSON. */
const STEERING = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/**
 * One line of JSON for programs. It means the same to them as that of
 * `JSON.stringify`; on a terminal, words of remotes in it steer nothing.
 */
export function jsonLine(value: unknown): string {
  return escapeSteering(JSON.stringify(value))
}

/** The same for JSON that has been made already. */
export function escapeSteering(json: string): string {
  return json.replace(STEERING, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
