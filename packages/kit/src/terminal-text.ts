// all but line feed and tab; and what turns the direction of text around
const STEERING = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** What JSON leaves as it is and a terminal does not. */
const STEERING_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** A line break before anything but a plain indent; what only looks like one, such as a space without width, is none. */
const BREAK_WITHOUT_INDENT = /\n(?=[^ \t\n])/g

/**
 * Text for a terminal that may hold words of a remote, such as an address that
 * it announces: without characters that steer a terminal.
 */
export function terminalText(text: string): string {
  return text.replace(STEERING, '\ufffd')
}

/**
 * The same for a part of a page: its further lines are indented, so that words
 * of a remote in it cannot pass for a line of the program's own.
 */
export function terminalPart(text: string): string {
  return terminalText(text).replace(BREAK_WITHOUT_INDENT, '\n  ')
}

/**
 * JSON that means the same to programs; on a terminal, words of remotes in it
 * steer nothing. {@link terminalText} would change what it says.
 */
export function terminalJson(json: string): string {
  return json.replace(STEERING_IN_JSON, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
