import { InvalidArgumentError } from 'commander'

/** As part of a file name on any system. */
const KEY_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/

/** The name of a key on the command line. */
export function parseKeyName(text: string): string {
  if (!KEY_NAME.test(text))
    throw new InvalidArgumentError('must be 1 to 64 characters of a-z, 0-9, - and _, the first of them no sign')
  return text
}
