// Package drive plays the partners of the examples, and looks at what became of
// the events they sent. The end-to-end tests and the demo share it.
//
// A [Pattern] is one way for a partner's event to arrive. [Open] deploys its
// example; the [Example] then sends ([Example.Send]) as the partner would, and
// reads the table of received events and the dead-letter queue.
package drive
