// Package throughput compares the supply chain with a pipeline of the same shape
// that is written by hand: the same services, no library. Partners answer what the
// bus asks them, until every run has completed. Both are measured in turn, since
// only the ratio means something on a local cloud.
package throughput
