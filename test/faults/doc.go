// Package faults shows that a supply chain loses nothing and does nothing twice
// while the calls of its handlers fail and the handlers themselves are killed.
//
//	make test-faults                                      500 assets, about 10,000 events
//	FAULTS_SEED=7 FAULTS_ASSETS=40 make test-faults       a smaller one, replayed
//	go test ./faults/                                     in test/: 24 assets, 300 events, as in make test
//
// It deploys examples/supplychain, as it is, to a local cloud whose Lambda
// functions call through a fault proxy (package faultproxy), and plays a script for
// each asset.
//
// # What is played
//
// The seed writes a script for each asset (FAULTS_ASSETS; script_test.go): about 20 events each, 12
// in make test (FAULTS_EVENTS), by all ways of the example. Partners answer in time, early, twice,
// in conflict, late, to attempts and runs that are over, several stages at once; a new
// version supersedes a run, an operator stops one; signs of life come out of order,
// jobs are done before anybody knows whose they are; payloads too large for the
// table, words nobody mapped, comments, poison, forged signatures and titles that
// nobody knows come in between. What one step sends is sent at once, in any order.
// One event in eight is sent again at once, others steps later. A partner sees the
// bus only, as real ones do.
//
// # What fails
//
// One call in ten of any handler (FAULTS_RATE): throttled, in conflict with another
// transaction, answered 500 or 503, cut before it was carried out, cut after it, or
// carried out and not answered. A third of these come eight in a row, which the SDK's
// retries do not outlast. At two calls in a thousand (FAULTS_KILLS) the handler is
// killed, before or after the call was carried out; on Linux only, where /proc tells
// which process called. Messages of a handler that died
// come back after ten seconds; the example's 180 would only make the test longer.
//
// # What is checked
//
// The model (model_test.go) is written from docs/state.md and the example's stages,
// not from the handlers. When all is quiet again:
//
//   - each event that was acknowledged has exactly one end: one claim with the fate
//     that the model says, or the dead-letter queue of its source, never both;
//     nothing is claimed that nobody sent, and nothing that was forged;
//   - each asset's runs and stages are what the model says;
//   - no execution runs but those that wait for a partner, and each entered each of
//     its states once, so that no task ended twice;
//   - each line of the history is there once and was on the bus, those of the FIFO
//     source in order.
//
// Two choices are left open, since nobody can know: of two contrary answers sent at
// once to the last stage the first to arrive counts, and the other one is in
// conflict with it, or stale if it is the older one. Where several stages are
// answered at once, a later stage may have been asked or not; it is answered anyway.
//
// A message can be unlucky as often as its queue allows and land in the dead-letter
// queue although nothing is wrong with it. An operator then sends it again; the
// test does too, says so, and expects that it takes effect. A poisonous message can
// be in its dead-letter queue more than once, when the answer to the move was lost.
//
// # Replaying
//
// The seed is in the first line and in every failure, with the command. It decides
// the scripts, and which call of an operation fails in which way: the 17th PutEvents.
// Which event that call is about depends on what runs at once.
//
// # What it cannot show
//
// Calls that the local cloud's services make to each other do not pass the proxy:
// Step Functions' to DynamoDB and Lambda, EventBridge's to its targets, which have
// no retries there (docs/adr/0004-local-cloud.md). Stages do not time out here.
package faults
