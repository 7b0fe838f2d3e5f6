#!/usr/bin/env node
/**
 * `waystone`: run, ask and use Waystone nodes from a shell.
 *
 * @packageDocumentation
 */
import { prepareProcess } from '@waystone/node/prepare-process'

prepareProcess({ movesBytes: process.argv[2] !== 'seed' })
// imported only now, so that the cache serves all of it
const { run } = await import('./run.ts')
process.exitCode = await run(process.argv.slice(2))
