import { chromium } from 'playwright-core'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { debianProgram } from './debian.ts'
import type { Page } from 'playwright-core'

// nothing but the page may use the network or other folders
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

/** A page in a browser of its own. Disposing of it ends the browser. */
export interface BrowserPage extends AsyncDisposable {
  page: Page
  /** What the page wrote to its console, and what it did not catch. */
  said: string[]
}

/** Starts Debian's own Chromium, which is installed if it is missing, with an empty profile. */
export async function startChromium(): Promise<BrowserPage> {
  const executablePath = await debianProgram('chromium')
  await using stack = new AsyncDisposableStack()
  const profile = stack.use(await temporaryFolder())
  const context = await chromium.launchPersistentContext(profile.path, { executablePath, args: FLAGS })
  stack.defer(() => context.close())
  const page = context.pages()[0] ?? (await context.newPage())
  const said: string[] = []
  page.on('console', message => said.push(message.text()))
  page.on('pageerror', error => said.push(error.stack ?? error.message))
  const owned = stack.move()
  return { page, said, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
