// all but line feed and tab; and what turns the direction of text around
const STEERING = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * Text for a terminal that may hold words of a remote, such as an address that
 * it announces: without characters that steer a terminal.
 */
export function terminalText(text: string): string {
  return text.replace(STEERING, '\ufffd')
}
