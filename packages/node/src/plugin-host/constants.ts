/** Loading a package: reading some megabytes of code from a slow disk takes seconds. In milliseconds. */
export const LOAD_TIMEOUT_MS = 30_000

/** `create` and `start`, each: time for a database of the plugin's own to answer. In milliseconds. */
export const START_TIMEOUT_MS = 30_000

/** The part of `shutdown.deadline` that all plugins together may take; the rest is for the node itself. */
export const STOP_SHARE = 0.5

/** A remote may be what makes a handler throw: so many such errors a second are logged, the others only counted. */
export const LOGGED_FAULTS_PER_SECOND = 1

/** Begins the keys of every plugin in the node's datastore. */
export const DATASTORE_PREFIX = '/plugin'

/** An operator reads them, and 60 watchers still keep up. */
export const EVENTS_PER_SECOND = 100
/** What may come at one time, such as one event for each of many peers. */
export const EVENTS_AT_ONCE = 1_000
