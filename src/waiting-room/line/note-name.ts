/**
 * Small things that processes share through the line: `signal`, the load of the origin; `meter`, how fast the line
 * moved; `told`, how far its events were emitted; `allotments`, what lines that share a size may have. They hold JSON of the code that writes them; empty at first.
 */
export type NoteName = 'signal' | 'meter' | 'told' | 'allotments';
