// Package chainstore keeps what package chain decides in one DynamoDB table.
//
// An event costs one call: the transaction that is right when things are as
// expected is tried blind, without a read. Its conditions are those under which
// chain.Plan.Decide would have decided the same. Where one fails, the asset is
// read and the event decided for good.
//
// docs/state.md shows the items.
package chainstore
