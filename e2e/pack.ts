/**
 * `npm run pack`: every package as a tarball, for whoever builds on a checkout
 * instead of on the registry.
 *
 * @packageDocumentation
 */
import { rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { repository } from './harness/command.ts'
import { packPackages } from './harness/packs.ts'

const FOLDER = join(repository, '.waystone/packages')

await rm(FOLDER, { recursive: true, force: true })
const packages = await packPackages(FOLDER)
console.log(`packed ${Object.keys(packages).length} packages into ${relative(process.cwd(), FOLDER)}`)
