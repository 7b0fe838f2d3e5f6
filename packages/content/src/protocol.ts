/** Bitswap (https://specs.ipfs.tech/bitswap-protocol/#bitswap-1-2-0); enforcement leaves its streams to this package. */
export const BITSWAP_PROTOCOL = '/ipfs/bitswap/1.2.0'
