/** The version of this release; a test holds it equal to the package's. */
export const VERSION = '0.1.0'
/** What a node calls itself in identify and in its user agent. */
export const AGENT_NAME = 'waystone'
