import { prepareProcess } from '@waystone/node/prepare-process'

prepareProcess({ movesBytes: true })
