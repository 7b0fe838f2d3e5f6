#!/usr/bin/env node
import { prepareProcess } from '@waystone/node/prepare-process'

prepareProcess({ movesBytes: true })
// imported only now, so that the cache serves all of it
const { runRole } = await import('@waystone/node/run-role')
const { plugins } = await import('./plugins.ts')
process.exit(await runRole('relay', plugins, process.argv.slice(2)))
