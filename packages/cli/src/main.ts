#!/usr/bin/env node
/**
 * `waystone`: run, ask and use Waystone nodes from a shell.
 *
 * @packageDocumentation
 */
import { enableCompileCache } from 'node:module'
import { run } from './run.ts'

enableCompileCache()
process.exitCode = await run(process.argv.slice(2))
