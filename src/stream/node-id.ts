/** A node's number: its place in the graph. */
export type NodeId = number
