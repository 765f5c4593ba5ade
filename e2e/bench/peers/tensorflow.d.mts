import type { Peer } from '../peer'

export declare const tensorflow: Peer
