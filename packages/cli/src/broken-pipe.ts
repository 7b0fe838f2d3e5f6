import { codeOf } from '@waystone/kit/error-fields'

/** As shells count it: 128 and the number of SIGPIPE. */
const EXIT_BROKEN_PIPE = 141

/** Ends the process without a word when nobody reads its output any more, as with `| head`. */
export function endOnBrokenPipe(output: NodeJS.WriteStream): void {
  output.on('error', error => {
    if (codeOf(error) !== 'EPIPE') throw error
    process.exit(EXIT_BROKEN_PIPE)
  })
}
