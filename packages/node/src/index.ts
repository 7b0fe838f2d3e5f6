/**
 * From a config to a running libp2p node.
 *
 * @packageDocumentation
 */
export {}
