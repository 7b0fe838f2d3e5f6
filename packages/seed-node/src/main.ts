#!/usr/bin/env node
import { prepareProcess } from '@waystone/node/prepare-process'

prepareProcess({ movesBytes: false })
// imported only now, so that the cache serves all of it
const { runRole } = await import('@waystone/node/run-role')
const { plugins } = await import('./plugins.ts')
process.exit(await runRole('seed', plugins, process.argv.slice(2)))
