#!/usr/bin/env node
/**
 * `waystone`: run, ask and use Waystone nodes from a shell.
 *
 * @packageDocumentation
 */
import { prepareProcess } from '@waystone/node/prepare-process'

prepareProcess({ movesBytes: process.argv[2] !== 'seed' })
// imported only now, so that the cache serves all of it
const [{ run }, { endOnBrokenPipe }] = await Promise.all([import('./run.ts'), import('./broken-pipe.ts')])
endOnBrokenPipe(process.stdout)
endOnBrokenPipe(process.stderr)
const code = await run(process.argv.slice(2))
// an edge of a command's own that listened for WebRTC would keep the process alive; first what was printed goes out
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
